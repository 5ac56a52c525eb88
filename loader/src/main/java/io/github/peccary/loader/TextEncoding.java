package io.github.peccary.loader;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// How the bytes of a text file become UTF-8.
///
/// A file whose beginning is ASCII may go on in UTF-8 or in cp1252: what its fields hold tells.
///
/// @param name as people write it, and as [TextFormat#encoding] takes it
/// @param charset UTF-8 for a file that is taken as it is
/// @param markBytes of a byte order mark, which is no part of the text
/// @param byField whether a field that is no UTF-8 is cp1252
record TextEncoding(String name, Charset charset, int markBytes, boolean byField) {
  static final String BY_FIELD = "utf-8|cp1252";
  static final Charset CP1252 = Charset.forName("windows-1252");

  /// @param given the name that the user gave; null if it is to be recognised
  /// @param sample the beginning of the file, all of it if it is shorter than other samples
  static TextEncoding of(byte[] sample, @Nullable String given) {
    Charset mark = byteOrderMark(sample);
    int markBytes = mark == null ? 0 : mark.equals(StandardCharsets.UTF_8) ? 3 : 2;
    if (given != null) {
      boolean byField = given.equalsIgnoreCase(BY_FIELD);
      Charset charset = byField ? StandardCharsets.UTF_8 : Charset.forName(given);
      boolean marked = charset.equals(mark);
      return new TextEncoding(
          given.toLowerCase(Locale.ROOT), charset, marked ? markBytes : 0, byField);
    }
    if (mark != null) {
      return new TextEncoding(name(mark), mark, markBytes, false);
    }
    boolean ascii = true;
    for (byte b : sample) {
      ascii &= b >= 0;
    }
    if (ascii) {
      return new TextEncoding(BY_FIELD, StandardCharsets.UTF_8, 0, true);
    }
    Charset charset = validUtf8(sample) ? StandardCharsets.UTF_8 : CP1252;
    return new TextEncoding(name(charset), charset, 0, false);
  }

  private static String name(Charset charset) {
    return charset.equals(CP1252) ? "cp1252" : charset.name().toLowerCase(Locale.ROOT);
  }

  /// The charset that a byte order mark tells, null if there is none.
  static @Nullable Charset byteOrderMark(byte[] sample) {
    int first = unit(sample, 0);
    if (first == 0xEFBB && sample.length > 2 && sample[2] == (byte) 0xBF) {
      return StandardCharsets.UTF_8;
    }
    return first == 0xFFFE
        ? StandardCharsets.UTF_16LE
        : first == 0xFEFF ? StandardCharsets.UTF_16BE : null;
  }

  private static int unit(byte[] sample, int at) {
    return sample.length < at + 2 ? 0 : (sample[at] & 0xFF) << 8 | (sample[at + 1] & 0xFF);
  }

  /// The sample may end inside a character.
  private static boolean validUtf8(byte[] sample) {
    int cut = sample.length == TextFile.SAMPLE_BYTES ? 3 : 0;
    for (int missing = 0; missing <= cut; missing++) {
      if (Ids.validUtf8(sample, 0, sample.length - missing)) {
        return true;
      }
    }
    return false;
  }

  /// The text of the file as UTF-8, without the mark.
  InputStream utf8(InputStream in) throws IOException {
    in.skipNBytes(markBytes);
    return charset.equals(StandardCharsets.UTF_8) ? in : new Utf8Stream(in, charset);
  }
}
