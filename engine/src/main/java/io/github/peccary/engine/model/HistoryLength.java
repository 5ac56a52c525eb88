package io.github.peccary.engine.model;

/// Users by the number of items that they had: those of one class have about as much evidence of
/// their taste.
public enum HistoryLength {
  NONE("0", 0),
  ONE("1", 1),
  TWO("2", 2),
  FEW("3-5", 3),
  SOME("6-20", 6),
  MANY("21+", 21);

  private static final HistoryLength[] ALL = values();

  private final String range;
  private final int from;

  HistoryLength(String range, int from) {
    this.range = range;
    this.from = from;
  }

  /// The class of a user who had so many items, 0 or more.
  public static HistoryLength of(int items) {
    int number = ALL.length - 1;
    while (ALL[number].from > items) {
      number--;
    }
    return ALL[number];
  }

  /// The numbers of items: `0`, `1`, `2`, `3-5`, `6-20` or `21+`.
  @Override
  public String toString() {
    return range;
  }
}
