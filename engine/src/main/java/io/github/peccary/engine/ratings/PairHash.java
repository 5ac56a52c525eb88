package io.github.peccary.engine.ratings;

/// A random number of each pair of a user and an item, the same one every time.
final class PairHash {
  private final long seed;

  PairHash(long seed) {
    this.seed = SplitMix64.mix(seed + SplitMix64.GOLDEN_GAMMA);
  }

  /// Different for any two pairs, as the mixing is a bijection.
  long of(int user, int item) {
    return SplitMix64.mix(seed ^ ((long) user << Integer.SIZE | item));
  }
}
