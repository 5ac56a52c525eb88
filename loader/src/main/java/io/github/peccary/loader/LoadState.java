package io.github.peccary.loader;

import static java.util.Objects.requireNonNullElse;

import io.github.peccary.engine.storage.CorruptFileException;
import java.nio.file.Path;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// What a ratings file keeps of the load that made it, so that another one can go on from there:
/// `chain=… rest=… lastRow=…` of the [digest][RowDigest.State], and `rejected.<reason>=…` and
/// `dropped.<rule>=…` for the rows after the last accepted one.
///
/// These are read again: the last line of a text file that is being written may be half a row.
///
/// @param digest after the last accepted row
/// @param leftOutAfter rows after that one that were left out
record LoadState(RowDigest.State digest, SortedMap<String, Long> leftOutAfter) {
  /// The entry of a file's metadata.
  static final String METADATA_KEY = "peccary.loadState";

  String text() {
    StringBuilder text = new StringBuilder();
    text.append("chain=").append(digest.chain());
    text.append(" rest=").append(digest.rest());
    text.append(" lastRow=").append(digest.lastRow());
    leftOutAfter.forEach((name, count) -> text.append(' ').append(name).append('=').append(count));
    return text.toString();
  }

  /// Reads what [#text] wrote.
  ///
  /// @param file it is from, for the sentence
  /// @throws CorruptFileException if it was something else
  static LoadState parse(Path file, String text) {
    Map<String, String> words = new LinkedHashMap<>();
    for (String word : text.split(" ", -1)) {
      int equals = word.indexOf('=');
      words.put(word.substring(0, Math.max(equals, 0)), word.substring(equals + 1));
    }
    String chain = requireNonNullElse(words.remove("chain"), "");
    String rest = requireNonNullElse(words.remove("rest"), "");
    String lastRow = requireNonNullElse(words.remove("lastRow"), "");
    if (!isHash(chain) || !isHash(lastRow) || !isRest(rest)) {
      throw corrupt(file, text);
    }
    SortedMap<String, Long> leftOut = new TreeMap<>();
    words.forEach(
        (name, count) -> {
          boolean known =
              name.startsWith(Rejections.REJECTED) || name.startsWith(Rejections.DROPPED);
          if (!known || !count.matches("[1-9]\\d{0,17}")) {
            throw corrupt(file, text);
          }
          leftOut.put(name, Long.valueOf(count));
        });
    return new LoadState(new RowDigest.State(chain, rest, lastRow), leftOut);
  }

  private static boolean isHash(String text) {
    return text.matches("[0-9a-f]{" + 2 * RowDigest.CHAIN_BYTES + "}");
  }

  private static boolean isRest(String text) {
    try {
      return Base64.getDecoder().decode(text).length < RowDigest.BLOCK_BYTES;
    } catch (IllegalArgumentException e) {
      return false;
    }
  }

  private static CorruptFileException corrupt(Path file, String text) {
    return new CorruptFileException(
        file,
        "%s must be chain, rest and lastRow: found='%s'; load the ratings in full, without --append"
            .formatted(METADATA_KEY, text));
  }
}
