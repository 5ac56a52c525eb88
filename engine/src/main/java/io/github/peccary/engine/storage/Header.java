package io.github.peccary.engine.storage;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.zip.CRC32C;

/// The first part of a file: `[u64 length][JSON][spaces]`, a multiple of 64 bytes in all.
///
/// The JSON begins with the CRC-32C of the whole header, so that it is checked before anything is
/// parsed:
///
/// ```
/// {"__metadata__":{"peccary.headerCrc32c":"1b5f3c0a", ...sorted...},
///  "user_offsets":{"dtype":"I64","shape":[4],"data_offsets":[0,32]}, ...}
/// ```
///
/// It covers the 8 bytes of length, the JSON and the spaces; only its own 8 digits are left out.
///
/// @param metadata without the checksums
/// @param tensors in the order of the file
record Header(SortedMap<String, String> metadata, List<TensorInfo> tensors) {

  static final int ALIGNMENT = 64;

  /// A sixth of what the stock loaders accept: a header is a few kilobytes, and a file must not
  /// make us allocate more.
  static final int MAX_BYTES = 1 << 24;

  static final String TENSOR_CRC = "peccary.crc32c.";
  static final String HEADER_CRC = "peccary.headerCrc32c";

  private static final byte[] BEGINNING =
      ("{\"__metadata__\":{\"" + HEADER_CRC + "\":\"").getBytes(StandardCharsets.US_ASCII);
  private static final int CRC_DIGITS = 8;
  private static final int CRC_OFFSET = Long.BYTES + BEGINNING.length;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          // A table of names is one whose hashes names could be made to share.
          .disable(JsonFactory.Feature.CANONICALIZE_FIELD_NAMES)
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(4)
                  .maxNumberLength(20)
                  .maxNameLength(MAX_BYTES)
                  .maxStringLength(MAX_BYTES)
                  .build())
          .build();

  /// Bytes before the first tensor, as the file's first 8 bytes tell. A header that cannot be ends
  /// here, before anything is allocated for it.
  static int size(Path file, long length, long fileBytes) {
    if (length < 0 || length > fileBytes - Long.BYTES || length > MAX_BYTES) {
      throw new CorruptFileException(
          file,
          "the file must be a safetensors file written by Peccary: headerBytes="
              + Long.toUnsignedString(length)
              + ", fileBytes="
              + fileBytes
              + "; it is of another kind, or its copy was cut short");
    }
    return (int) length + Long.BYTES;
  }

  /// The header in `bytes`, checked. `bytes` is the file up to its first tensor.
  static Header parse(Path file, byte[] bytes, long fileBytes) {
    checkCrc(file, bytes);
    if (bytes.length % ALIGNMENT != 0) {
      throw new CorruptFileException(
          file, "tensors must begin at a multiple of " + ALIGNMENT + ": offset=" + bytes.length);
    }
    try {
      String json =
          StandardCharsets.UTF_8
              .newDecoder()
              .decode(ByteBuffer.wrap(bytes, Long.BYTES, bytes.length - Long.BYTES))
              .toString();
      try (JsonParser parser = JSON.createParser(json)) {
        return new HeaderParser(file, parser, bytes.length, fileBytes).parse();
      }
    } catch (CharacterCodingException e) {
      throw new CorruptFileException(file, "the header must be UTF-8 text; copy it again", e);
    } catch (JsonProcessingException e) {
      throw new CorruptFileException(
          file, "the header must be a safetensors header: " + e.getOriginalMessage(), e);
    } catch (IOException e) {
      throw new UncheckedIOException("reading from memory does not fail", e);
    }
  }

  private static void checkCrc(Path file, byte[] bytes) {
    int end = CRC_OFFSET + CRC_DIGITS;
    if (bytes.length < end
        || !Arrays.equals(bytes, Long.BYTES, CRC_OFFSET, BEGINNING, 0, BEGINNING.length)) {
      throw new CorruptFileException(
          file,
          "the file was not written by Peccary, or its beginning is damaged: the header must begin with "
              + new String(BEGINNING, StandardCharsets.US_ASCII)
              + "; give a file that Peccary has written");
    }
    String found = new String(bytes, CRC_OFFSET, CRC_DIGITS, StandardCharsets.ISO_8859_1);
    String computed = crc(bytes);
    if (!found.equals(computed)) {
      throw new CorruptFileException(
          file,
          "the header is damaged: crc32c=" + computed + ", expected=" + found + "; copy it again");
    }
  }

  /// The bytes of a file up to its first tensor.
  ///
  /// @param crcs of the tensors, in their order
  static byte[] render(
      SortedMap<String, String> metadata, List<TensorSpec> specs, List<CRC32C> crcs) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    out.writeBytes(new byte[Long.BYTES]);
    try (JsonGenerator json = JSON.createGenerator(out)) {
      json.writeStartObject();
      json.writeObjectFieldStart("__metadata__");
      json.writeStringField(HEADER_CRC, "0".repeat(CRC_DIGITS));
      var entries = new TreeMap<>(metadata);
      for (int i = 0; i < specs.size(); i++) {
        entries.put(TENSOR_CRC + specs.get(i).name(), hex(crcs.get(i)));
      }
      for (var entry : entries.entrySet()) {
        json.writeStringField(entry.getKey(), entry.getValue());
      }
      json.writeEndObject();
      long offset = 0;
      for (TensorSpec spec : specs) {
        writeTensor(json, spec, offset);
        offset += spec.bytes();
      }
      json.writeEndObject();
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory does not fail", e);
    }
    int size = Math.ceilDiv(out.size(), ALIGNMENT) * ALIGNMENT;
    if (size - Long.BYTES > MAX_BYTES) {
      throw new IllegalArgumentException(
          "the header must not exceed " + MAX_BYTES + " bytes: bytes=" + size);
    }
    byte[] bytes = Arrays.copyOf(out.toByteArray(), size);
    Arrays.fill(bytes, out.size(), size, (byte) ' ');
    ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(0, size - Long.BYTES);
    System.arraycopy(
        crc(bytes).getBytes(StandardCharsets.US_ASCII), 0, bytes, CRC_OFFSET, CRC_DIGITS);
    return bytes;
  }

  private static void writeTensor(JsonGenerator json, TensorSpec spec, long offset)
      throws IOException {
    json.writeObjectFieldStart(spec.name());
    json.writeStringField("dtype", spec.type().name());
    json.writeArrayFieldStart("shape");
    for (long dimension : spec.shape()) {
      json.writeNumber(dimension);
    }
    json.writeEndArray();
    json.writeArrayFieldStart("data_offsets");
    json.writeNumber(offset);
    json.writeNumber(offset + spec.bytes());
    json.writeEndArray();
    json.writeEndObject();
  }

  static String hex(CRC32C crc) {
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }

  private static String crc(byte[] header) {
    CRC32C crc = new CRC32C();
    crc.update(header, 0, CRC_OFFSET);
    crc.update(header, CRC_OFFSET + CRC_DIGITS, header.length - CRC_OFFSET - CRC_DIGITS);
    return hex(crc);
  }
}
