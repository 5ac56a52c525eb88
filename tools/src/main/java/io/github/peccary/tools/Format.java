package io.github.peccary.tools;

import java.util.Locale;

/// Numbers as people read them, the same in every locale.
public final class Format {
  private Format() {}

  /// 1149780 is `1,149,780`.
  public static String count(long count) {
    return String.format(Locale.ROOT, "%,d", count);
  }

  /// `count` of things by their name: `1 user`, `278,858 users`.
  public static String count(long count, String singular) {
    return count(count) + " " + singular + (count == 1 ? "" : "s");
  }

  /// `0.6 ms`, `340 ms`, `1.25 s`, `2 min 05 s`.
  public static String seconds(double seconds) {
    if (seconds < 0.01) {
      return String.format(Locale.ROOT, "%.1f ms", seconds * 1e3);
    }
    if (seconds < 1) {
      return String.format(Locale.ROOT, "%.0f ms", seconds * 1e3);
    }
    if (seconds < 100) {
      return String.format(Locale.ROOT, "%.2f s", seconds);
    }
    long whole = Math.round(seconds);
    return String.format(Locale.ROOT, "%d min %02d s", whole / 60, whole % 60);
  }

  /// Decimal units: `512 B`, `45.2 MB`.
  public static String bytes(long bytes) {
    return bytes < 1000 ? bytes + " B" : scaled((double) bytes) + "B";
  }

  /// Decimal prefixes: `950`, `1.2 k`, `12.3 M`.
  public static String scaled(double value) {
    String[] prefixes = {"", " k", " M", " G", " T"};
    int prefix = 0;
    double rest = value;
    while (rest >= 999.5 && prefix < prefixes.length - 1) {
      rest /= 1000;
      prefix++;
    }
    return String.format(Locale.ROOT, rest < 99.95 && prefix > 0 ? "%.1f" : "%.0f", rest)
        + prefixes[prefix];
  }

  /// `part` of `whole` in percent with one decimal, `12.3 %`; a dash where there is no whole.
  public static String share(long part, long whole) {
    return whole == 0 ? "–" : String.format(Locale.ROOT, "%.1f %%", 100.0 * part / whole);
  }

  /// Four decimals; a dash where there is no such number.
  public static String metric(double value) {
    return Double.isNaN(value) ? "–" : String.format(Locale.ROOT, "%.4f", value);
  }
}
