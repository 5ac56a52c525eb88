package io.github.peccary.loader;

/// Hears how far a load has come.
@FunctionalInterface
public interface LoadListener {
  /// Hears nothing.
  LoadListener NONE = rows -> {};

  /// Called now and then, on the thread that loads, with the number of rows read so far. How many
  /// there will be is known at the end only.
  void rows(long rows);

  /// Called once, before the first row, if how the source is written had to be found out.
  ///
  /// @param what a line for people
  default void recognized(String what) {}
}
