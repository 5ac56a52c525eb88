package io.github.peccary.loader;

import java.io.EOFException;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/// A text file on disk; one that is packed by gzip is unpacked while it is read.
///
record TextFile(SourceFile file, boolean gzip) {
  /// What is looked at to recognise a file, unpacked.
  static final int SAMPLE_BYTES = 1 << 16;

  private static final int BUFFER_BYTES = 1 << 16;

  static TextFile inspect(Path path) throws IOException {
    SourceFile file = SourceFile.inspect(path);
    try (InputStream in = Files.newInputStream(path)) {
      return new TextFile(file, in.read() == 0x1F && in.read() == 0x8B);
    }
  }

  Path path() {
    return file.path();
  }

  InputStream open() throws IOException {
    InputStream in = Files.newInputStream(path());
    if (!gzip) {
      return in;
    }
    try {
      return new Unpacked(new GZIPInputStream(in, BUFFER_BYTES));
    } catch (EOFException | ZipException e) {
      in.close();
      throw damaged(e);
    }
  }

  /// The beginning, all of it if the file is short.
  byte[] sample() throws IOException {
    try (InputStream in = open()) {
      return in.readNBytes(SAMPLE_BYTES);
    }
  }

  /// Nothing locks a text file: what was read from one that changed meanwhile is refused.
  void checkUnchanged() throws IOException {
    file.checkUnchanged("file");
  }

  private LoaderException damaged(IOException e) {
    return new LoaderException(
        "the gzip file must be whole: source=%s, %s; copy it again, and check it with: gzip -t '%s'"
            .formatted(path(), e.getMessage() == null ? "cut short" : e.getMessage(), path()),
        e);
  }

  /// Turns what the JDK says of a damaged file into a sentence.
  private final class Unpacked extends FilterInputStream {
    Unpacked(InputStream in) {
      super(in);
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      try {
        return super.read(target, offset, length);
      } catch (EOFException | ZipException e) {
        throw damaged(e);
      }
    }
  }
}
