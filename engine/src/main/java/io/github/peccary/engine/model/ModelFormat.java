package io.github.peccary.engine.model;

import java.util.stream.Collectors;
import java.util.stream.DoubleStream;

/// What a model file holds: a safetensors file of kind [#KIND] with these tensors, in this order
/// (larger elements first, as the format allows no holes; factor rows and blocks before all, so
/// that each lies at a multiple of 64 bytes).
///
/// | tensor | type | shape | what it is |
/// |---|---|---|---|
/// | `user_factors` | f32 | users × stride | `p0 … p(k−1), b_u, 1, 0 …` |
/// | `item_factors` | f32 | items × stride | `q0 … q(k−1), 1, b_i, 0 …` |
/// | `index_blocks` | f32 | blocks × 16 | what bounds the scores of 64 items: see [ItemIndex] |
/// | `index_codes` | i8 | blocks × rank × 64 | their directions in 8 bits |
/// | `seen_offsets` | i64 | users + 1 | from 0, never falling, last = events |
/// | `user_ids_offsets` | i64 | users + 1 | where each id starts in `user_ids`, in bytes |
/// | `item_ids_offsets` | i64 | items + 1 | where each id starts in `item_ids`, in bytes |
/// | `item_titles_offsets` | i64 | items + 1 | where each title starts in `item_titles` |
/// | `earlier_pairs` | i64 | words | a `PairFilter` of what earlier models may have learnt from |
/// | `earlier_pairs_starts` | i64 | layers + 1 | where the filter's layers start |
/// | `seen_items` | i32 | events | items of each user's events, ascending within a user |
/// | `index_items` | i32 | trained items | by falling score for an average user |
/// | `user_ids_order` | i32 | users | user indexes by ascending id bytes |
/// | `item_ids_order` | i32 | items | item indexes by ascending id bytes |
/// | `item_popularity` | i32 | items | events in the ratings file, implicit ones included |
/// | `user_biases` | f32 | users | damped b_u of the baseline, 0 if never trained |
/// | `item_biases` | f32 | items | damped b_i of the baseline, 0 if never trained |
/// | `user_ridge` | f32 | rank + 1 | of each learnt column of a user's row: see [UserRidge] |
/// | `user_ids` | u8 | bytes | UTF-8, concatenated |
/// | `item_ids` | u8 | bytes | UTF-8, concatenated |
/// | `item_titles` | u8 | bytes | UTF-8, concatenated; an empty title is none |
///
/// The two `seen` tensors are absent from a model trained without them, the two of titles where no
/// titles are known, the two of earlier pairs unless training started from a model, `user_ridge`
/// where no user can be folded in. A row that was never trained is zero but for its 1. Without
/// biases (metadata [#BIASES] is `false`) both columns after the factors are zero in every row, and
/// `user_ridge` has `rank` numbers. A model whose rankings are blended has the tensors of [Blend].
///
/// The keys below are the metadata entries that every model has; the settings of its training
/// (`peccary.train.…`), the metrics it reached (`peccary.metric.…`) and its learning curves
/// (`peccary.curve.…`, one number an epoch, blanks between them) come with them.
public final class ModelFormat {
  /// The kind of file.
  public static final String KIND = "model";

  /// μ, to which a product of rows is added, a decimal number: the rating to expect where neither
  /// user nor item had any in training, or 0 for a model without biases.
  public static final String GLOBAL_MEAN = "peccary.globalMean";

  /// The mean of the training ratings, from which the damped biases are counted.
  public static final String RATING_MEAN = "peccary.ratingMean";

  /// The number of factor columns.
  public static final String RANK = "peccary.rank";

  /// Floats in a row: rank + 2, rounded up to 16.
  public static final String STRIDE = "peccary.stride";

  /// `true` if the two columns after the factors are biases.
  public static final String BIASES = "peccary.biases";

  /// What the model was trained for, `rating` or `ranking`.
  public static final String OBJECTIVE = "peccary.objective";

  /// The objective of a model whose scores are ratings.
  public static final String RATING = "rating";

  /// The objective of a model whose scores order items and are no ratings.
  public static final String RANKING = "ranking";

  /// The smallest rating of the scale; 0, as the largest, where the ratings file has no rating.
  public static final String MIN_RATING = "peccary.minRating";

  /// The largest rating of the scale.
  public static final String MAX_RATING = "peccary.maxRating";

  /// The fingerprint of the ratings file that the model was trained from.
  public static final String RATINGS_FINGERPRINT = "peccary.ratingsFingerprint";

  /// Which ratings, or which events, were held out, as `Holdout` writes it.
  public static final String HOLDOUT = "peccary.holdout";

  /// `true` if, the number of epochs once found, the model was trained again on all ratings.
  public static final String REFIT = "peccary.refit";

  static final String USER_FACTORS = "user_factors";
  static final String ITEM_FACTORS = "item_factors";
  static final String SEEN_OFFSETS = "seen_offsets";
  static final String SEEN_ITEMS = "seen_items";
  static final String ITEM_POPULARITY = "item_popularity";
  static final String USER_BIASES = "user_biases";
  static final String ITEM_BIASES = "item_biases";

  static final String USER_RIDGE = "user_ridge";

  private ModelFormat() {}

  /// A learning curve as metadata holds it: one number an epoch, to the digits of a float.
  public static String curve(DoubleStream epochs) {
    return epochs.mapToObj(error -> Float.toString((float) error)).collect(Collectors.joining(" "));
  }
}
