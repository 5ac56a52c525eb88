package io.github.peccary.tools.generate;

import java.util.random.RandomGenerator;

/// The planted model: `rating = mean + user bias + item bias + ⟨user factors, item factors⟩ +
/// noise`, rank 8, one axis a genre. An item leans to its genre, a user likes one genre best and
/// each of the others more or less. With unit noise the ratings spread as the original's do: their
/// standard deviation is 1.84.
final class Taste {
  static final int GENRES = 8;

  private static final double USER_BIAS = 0.7;
  private static final double ITEM_BIAS = 0.5;
  private static final double ITEM_LEANING = 1.2; // to its genre
  private static final double ITEM_SPREAD = 0.25; // around that, on every axis
  private static final double USER_LEANING = 0.6; // to the genre he likes best
  private static final double USER_SPREAD = 1.1;

  private final byte[] userGenres;
  private final byte[] itemGenres;
  private final float[] userFactors;
  private final float[] itemFactors;
  private final float[] userBiases;
  private final float[] itemBiases;

  Taste(int users, int items, RandomGenerator random) {
    itemGenres = genres(items, random);
    userGenres = genres(users, random);
    userFactors = factors(userGenres, USER_LEANING, USER_SPREAD, random);
    itemFactors = factors(itemGenres, ITEM_LEANING, ITEM_SPREAD, random);
    userBiases = biases(users, USER_BIAS, random);
    itemBiases = biases(items, ITEM_BIAS, random);
  }

  /// Genres of unequal size: a genre has about 0.8 times what the one before it has.
  private static byte[] genres(int count, RandomGenerator random) {
    byte[] genres = new byte[count];
    double whole = 1 - Math.pow(0.8, GENRES);
    for (int i = 0; i < count; i++) {
      double quantile = random.nextDouble() * whole;
      genres[i] = (byte) Math.min(GENRES - 1, (int) (Math.log1p(-quantile) / Math.log(0.8)));
    }
    return genres;
  }

  private static float[] factors(
      byte[] genres, double leaning, double spread, RandomGenerator random) {
    float[] factors = new float[genres.length * GENRES];
    for (int i = 0; i < factors.length; i++) {
      factors[i] = (float) (spread * random.nextGaussian());
    }
    for (int row = 0; row < genres.length; row++) {
      factors[row * GENRES + genres[row]] += (float) leaning;
    }
    return factors;
  }

  private static float[] biases(int count, double deviation, RandomGenerator random) {
    float[] biases = new float[count];
    for (int i = 0; i < count; i++) {
      biases[i] = (float) (deviation * random.nextGaussian());
    }
    return biases;
  }

  int userGenre(int user) {
    return userGenres[user];
  }

  int itemGenre(int item) {
    return itemGenres[item];
  }

  /// How far above the mean the user would rate the item, but for chance.
  double score(int user, int item) {
    double score = userBiases[user] + itemBiases[item];
    for (int axis = 0; axis < GENRES; axis++) {
      score += userFactors[user * GENRES + axis] * itemFactors[item * GENRES + axis];
    }
    return score;
  }
}
