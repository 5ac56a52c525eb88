package io.github.peccary.loader;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/// How the ids of the items are normalised.
public enum ItemIds {
  /// As ISBNs: `-` and white space dropped wherever they are, `x` in upper case. Nothing is
  /// repaired.
  ISBN,
  /// As the user ids: kept, but for white space around them.
  VERBATIM;

  /// The entry of a file's metadata that holds the [#text] of the rule its ids were made by.
  public static final String METADATA_KEY = "peccary.load.itemIds";

  /// The word in metadata.
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /// The id as a load by this rule keeps it, for looking up what somebody typed.
  public String normalize(String id) {
    byte[] bytes = id.getBytes(StandardCharsets.UTF_8);
    int length = normalize(bytes, 0, bytes.length);
    return new String(bytes, 0, length, StandardCharsets.UTF_8);
  }

  /// Normalises UTF-8 in place and returns the new length.
  int normalize(byte[] bytes, int start, int length) {
    return switch (this) {
      case ISBN -> Ids.isbn(bytes, start, length);
      case VERBATIM -> Ids.strip(bytes, start, length);
    };
  }
}
