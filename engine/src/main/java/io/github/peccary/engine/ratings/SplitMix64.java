package io.github.peccary.engine.ratings;

/// A hash of 64 bits that is a bijection: the finalizer of SplitMix64, with the constants of David
/// Stafford's variant 13.
///
/// G. Steele, D. Lea, C. Flood: Fast Splittable Pseudorandom Number Generators, OOPSLA 2014.
final class SplitMix64 {

  /// 2^64 divided by the golden ratio.
  static final long GOLDEN_GAMMA = 0x9E3779B97F4A7C15L;

  private SplitMix64() {}

  static long mix(long z) {
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }
}
