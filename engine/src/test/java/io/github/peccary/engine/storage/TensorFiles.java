package io.github.peccary.engine.storage;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/// Files for tests: a good one, and headers of any text under a checksum that is right.
final class TensorFiles {

  private TensorFiles() {}

  /// Three longs, two floats, three bytes.
  static Path small(Path file) throws IOException {
    try (var writer =
        TensorFileWriter.create(
            file,
            Map.of(TensorFile.KIND, "test"),
            List.of(
                TensorSpec.of("longs", ElementType.I64, 3),
                TensorSpec.of("floats", ElementType.F32, 1, 2),
                TensorSpec.of("bytes", ElementType.U8, 3)))) {
      writer.append("longs", segment(littleEndian(24).putLong(1).putLong(-2).putLong(3L << 40)));
      writer.append("floats", segment(littleEndian(8).putFloat(1.5f).putFloat(-0f)));
      writer.append(
          "bytes", segment(littleEndian(3).put((byte) 'a').put((byte) 'b').put((byte) 'c')));
      writer.commit();
    }
    return file;
  }

  /// A file of this header, given without its first entry, the checksum, and of these data.
  ///
  /// @param rest what follows the entry of the checksum
  static Path withHeader(Path file, String rest, int dataBytes) throws IOException {
    String begin = "{\"__metadata__\":{\"peccary.headerCrc32c\":\"";
    String json = begin + "00000000\"" + rest;
    byte[] text = json.getBytes(StandardCharsets.UTF_8);
    int length = Math.ceilDiv(text.length + 8, 64) * 64 - 8;
    byte[] header = littleEndian(8 + length).putLong(length).put(text).array();
    Arrays.fill(header, 8 + text.length, header.length, (byte) ' ');
    CRC32C crc = new CRC32C();
    crc.update(header, 0, 8 + begin.length());
    crc.update(header, 16 + begin.length(), header.length - 16 - begin.length());
    byte[] digits = String.format("%08x", crc.getValue()).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(digits, 0, header, 8 + begin.length(), 8);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(header);
    out.writeBytes(new byte[dataBytes]);
    return Files.write(file, out.toByteArray());
  }

  static ByteBuffer littleEndian(int bytes) {
    return ByteBuffer.allocate(bytes).order(ByteOrder.LITTLE_ENDIAN);
  }

  static MemorySegment segment(ByteBuffer filled) {
    return MemorySegment.ofBuffer(filled.flip());
  }
}
