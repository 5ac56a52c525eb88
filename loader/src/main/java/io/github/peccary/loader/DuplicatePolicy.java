package io.github.peccary.loader;

/// What becomes of several rows for one pair of user and item, ids compared after cleaning.
///
/// A row that is an implicit event (value 0 while zeros are implicit) and a rating of the same pair
/// mix as each constant says.
public enum DuplicatePolicy {
  /// The last row as it is, whether a rating or an implicit event.
  LAST,
  /// The first row as it is, whether a rating or an implicit event.
  FIRST,
  /// The mean of the pair's ratings, in double and then rounded to float; implicit only if none of
  /// its rows is a rating.
  MEAN,
  /// The largest of the pair's ratings; implicit only if none of its rows is a rating.
  MAX,
  /// The load is refused, naming one such pair.
  ERROR
}
