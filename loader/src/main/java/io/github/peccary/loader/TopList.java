package io.github.peccary.loader;

import java.util.ArrayList;
import java.util.List;

/// The few things with the highest ranks, of equal ones those that came first.
final class TopList<T> {
  private static final int SIZE = 3;

  private record Entry<T>(long rank, T thing) {}

  private final List<Entry<T>> entries = new ArrayList<>();

  /// Whether something of this rank would be kept; asked before it is made.
  boolean takes(long rank) {
    return entries.size() < SIZE || rank > entries.getLast().rank;
  }

  /// Adds what [#takes] said yes to.
  void add(long rank, T thing) {
    int at = entries.size();
    while (at > 0 && entries.get(at - 1).rank < rank) {
      at--;
    }
    entries.add(at, new Entry<>(rank, thing));
    if (entries.size() > SIZE) {
      entries.removeLast();
    }
  }

  /// By falling rank.
  List<T> things() {
    return entries.stream().map(Entry::thing).toList();
  }
}
