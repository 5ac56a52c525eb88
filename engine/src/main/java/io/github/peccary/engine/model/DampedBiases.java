package io.github.peccary.engine.model;

/// How far each user and each item lies from the global mean, each estimate damped towards zero by
/// a few imaginary ratings of zero distance: `r ≈ μ + b_u + b_i`.
///
/// The baseline that every factor model must beat, and the start of training. 0 for whoever has no
/// rating. After Funk, "Netflix Update: Try This at Home" (2006), and Koren, "Factorization Meets
/// the Neighborhood" (KDD 2008), section 2.1.
///
/// @param globalMean mean of the training ratings, μ
/// @param user `b_u` by user
/// @param item `b_i` by item
public record DampedBiases(float globalMean, float[] user, float[] item) {
  /// The rating that the biases alone expect.
  public float predict(int user, int item) {
    return globalMean + this.user[user] + this.item[item];
  }
}
