package io.github.peccary.engine.fuzz;

import io.github.peccary.engine.storage.ElementType;
import io.github.peccary.engine.storage.TensorFile;
import io.github.peccary.engine.storage.TensorInfo;
import io.github.peccary.engine.storage.TensorSpec;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.UnaryOperator;
import java.util.zip.CRC32C;

/// A file taken apart, to be changed and put together again with checksums that are right: whatever
/// it says then, only the deeper checks can find it.
record Safetensors(TreeMap<String, String> metadata, List<Tensor> tensors) {

  /// A tensor whose parts need not fit one another.
  record Tensor(String name, ElementType type, List<Long> shape, byte[] bytes) {

    /// The same with other elements.
    Tensor with(byte[] elements) {
      return new Tensor(name, type, shape, elements);
    }
  }

  static final String CRC = "{\"__metadata__\":{\"peccary.headerCrc32c\":\"";
  private static final int CRC_OFFSET = Long.BYTES + CRC.length();
  private static final int CRC_DIGITS = 8;

  static Safetensors read(Path path) throws IOException {
    try (TensorFile file = TensorFile.open(path, Verify.CHECKSUMS)) {
      List<Tensor> tensors = new ArrayList<>();
      for (TensorInfo info : file.tensors()) {
        TensorSpec spec = info.spec();
        long[] shape = spec.shape().stream().mapToLong(Long::longValue).toArray();
        byte[] bytes = file.tensor(spec.name(), spec.type(), shape).toArray(ValueLayout.JAVA_BYTE);
        tensors.add(new Tensor(spec.name(), spec.type(), spec.shape(), bytes));
      }
      return new Safetensors(new TreeMap<>(file.metadata()), tensors);
    }
  }

  Safetensors copy() {
    return new Safetensors(new TreeMap<>(metadata), new ArrayList<>(tensors));
  }

  /// The file.
  ///
  /// @param edit of the header's JSON, after everything in it is right but its own checksum
  /// @param padding spaces after what makes the header a multiple of 64 bytes
  byte[] render(UnaryOperator<String> edit, int padding) {
    byte[] json = edit.apply(json()).getBytes(StandardCharsets.UTF_8);
    int header = Math.ceilDiv(Long.BYTES + json.length, 64) * 64 + padding;
    int data = tensors.stream().mapToInt(tensor -> tensor.bytes.length).sum();
    byte[] file = new byte[header + data];
    Arrays.fill(file, 0, header, (byte) ' ');
    ByteBuffer out = ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN);
    out.putLong(header - Long.BYTES).put(json).position(header);
    tensors.forEach(tensor -> out.put(tensor.bytes));
    seal(file);
    return file;
  }

  /// Corrects the header's checksum, if there is such a header.
  static void seal(byte[] file) {
    long length =
        file.length < Long.BYTES
            ? -1
            : ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
    int end = CRC_OFFSET + CRC_DIGITS;
    if (length < end || length > file.length - Long.BYTES) {
      return;
    }
    CRC32C crc = new CRC32C();
    crc.update(file, 0, CRC_OFFSET);
    crc.update(file, end, (int) length + Long.BYTES - end);
    byte[] digits = hex(crc).getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(digits, 0, file, CRC_OFFSET, CRC_DIGITS);
  }

  private String json() {
    StringBuilder json = new StringBuilder(4096).append(CRC).append("00000000\"");
    for (Tensor tensor : tensors) {
      CRC32C crc = new CRC32C();
      crc.update(tensor.bytes);
      json.append(",\"peccary.crc32c.").append(tensor.name).append("\":\"");
      json.append(hex(crc)).append('"');
    }
    for (Map.Entry<String, String> entry : metadata.entrySet()) {
      json.append(",\"").append(entry.getKey()).append("\":\"").append(entry.getValue());
      json.append('"');
    }
    json.append('}');
    long offset = 0;
    for (Tensor tensor : tensors) {
      json.append(",\"").append(tensor.name).append("\":{\"dtype\":\"").append(tensor.type);
      json.append("\",\"shape\":").append(tensor.shape).append(",\"data_offsets\":[");
      json.append(offset).append(',').append(offset + tensor.bytes.length).append("]}");
      offset += tensor.bytes.length;
    }
    return json.append('}').toString();
  }

  private static String hex(CRC32C crc) {
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }
}
