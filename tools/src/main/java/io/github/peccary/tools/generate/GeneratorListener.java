package io.github.peccary.tools.generate;

/// Hears how far the generator has come.
@FunctionalInterface
public interface GeneratorListener {
  /// Hears nothing.
  GeneratorListener NONE = (written, planned) -> {};

  /// Called now and then with the rows of all tables written so far and those there will be.
  void rows(long written, long planned);
}
