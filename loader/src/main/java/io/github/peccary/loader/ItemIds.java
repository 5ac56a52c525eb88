package io.github.peccary.loader;

/// How the ids of the items are normalised.
public enum ItemIds {
  /// As ISBNs: `-` and white space dropped wherever they are, `x` in upper case. Nothing is
  /// repaired.
  ISBN,
  /// As the user ids: kept, but for white space around them.
  VERBATIM
}
