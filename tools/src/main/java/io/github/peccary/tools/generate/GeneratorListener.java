package io.github.peccary.tools.generate;

/// Hears how far the generator has come.
@FunctionalInterface
public interface GeneratorListener {
  /// Hears nothing.
  GeneratorListener NONE = (made, planned) -> {};

  /// Called now and then with the rows of all tables made so far and those there will be; never
  /// from two threads at the same time.
  void rows(long made, long planned);
}
