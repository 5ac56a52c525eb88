package io.github.peccary.loader;

import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/// Text of any charset as UTF-8; what is ill-formed becomes U+FFFD.
final class Utf8Stream extends InputStream {
  private final Reader reader;
  private final char[] chars = new char[1 << 14];
  private byte[] bytes = new byte[0];
  private int position;
  private int carried; // 1 if the first half of a surrogate pair waits for the second

  Utf8Stream(InputStream in, Charset charset) {
    this.reader = new InputStreamReader(in, charset);
  }

  @Override
  public int read() throws IOException {
    return fill() ? bytes[position++] & 0xFF : -1;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    if (!fill()) {
      return -1;
    }
    int count = Math.min(length, bytes.length - position);
    System.arraycopy(bytes, position, target, offset, count);
    position += count;
    return count;
  }

  /// False at the end.
  private boolean fill() throws IOException {
    while (position == bytes.length) {
      int read = reader.read(chars, carried, chars.length - carried);
      if (read < 0 && carried == 0) {
        return false;
      }
      int count = carried + Math.max(read, 0);
      carried = read > 0 && Character.isHighSurrogate(chars[count - 1]) ? 1 : 0;
      bytes = new String(chars, 0, count - carried).getBytes(StandardCharsets.UTF_8);
      chars[0] = chars[count - 1];
      position = 0;
    }
    return true;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }
}
