package io.github.peccary.engine.storage;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;

/// Reads the JSON of a header, refusing whatever [Header#render] does not write: tensors lie one
/// after the other in the order of the header, without holes, each at a multiple of its element
/// size, and end with the file.
final class HeaderParser {

  private final Path file;
  private final JsonParser json;
  private final long dataStart;
  private final long fileBytes;

  HeaderParser(Path file, JsonParser json, long dataStart, long fileBytes) {
    this.file = file;
    this.json = json;
    this.dataStart = dataStart;
    this.fileBytes = fileBytes;
  }

  Header parse() throws IOException {
    expect(json.nextToken() == JsonToken.START_OBJECT, "an object");
    SortedMap<String, String> metadata = new TreeMap<>();
    List<TensorInfo> tensors = new ArrayList<>();
    long end = dataStart;
    for (String name = json.nextFieldName(); name != null; name = json.nextFieldName()) {
      if (name.equals("__metadata__")) {
        readMetadata(metadata);
      } else {
        TensorInfo tensor = readTensor(name, end, metadata);
        end = tensor.offset() + tensor.spec().bytes();
        tensors.add(tensor);
      }
    }
    expect(json.nextToken() == null, "one object and spaces");
    if (end != fileBytes) {
      throw new CorruptFileException(
          file,
          "the last tensor must end with the file: bytes="
              + fileBytes
              + ", expectedBytes="
              + end
              + "; this is another file, or one with something after it");
    }
    metadata.keySet().removeIf(key -> key.startsWith(Header.TENSOR_CRC));
    metadata.remove(Header.HEADER_CRC);
    return new Header(metadata, List.copyOf(tensors));
  }

  private void readMetadata(SortedMap<String, String> metadata) throws IOException {
    expect(json.nextToken() == JsonToken.START_OBJECT, "an object as __metadata__");
    for (String key = json.nextFieldName(); key != null; key = json.nextFieldName()) {
      expect(json.nextToken() == JsonToken.VALUE_STRING, "text as " + key);
      metadata.put(key, json.getText());
    }
  }

  private TensorInfo readTensor(String name, long begin, SortedMap<String, String> metadata)
      throws IOException {
    expect(json.nextToken() == JsonToken.START_OBJECT, "an object as " + name);
    ElementType type = null;
    List<Long> shape = null;
    List<Long> offsets = null;
    for (String key = json.nextFieldName(); key != null; key = json.nextFieldName()) {
      switch (key) {
        case "dtype" -> type = readType(name);
        case "shape" -> shape = readNumbers(name);
        case "data_offsets" -> offsets = readNumbers(name);
        default -> expect(false, "dtype, shape and data_offsets in " + name);
      }
    }
    String crc = metadata.get(Header.TENSOR_CRC + name);
    if (type == null || shape == null || offsets == null || crc == null) {
      throw unexpected("dtype, shape, data_offsets and a checksum of " + name);
    }
    TensorSpec spec;
    try {
      spec = new TensorSpec(name, type, shape);
    } catch (IllegalArgumentException e) {
      throw new CorruptFileException(file, String.valueOf(e.getMessage()), e);
    }
    checkPlace(spec, offsets, begin);
    return new TensorInfo(spec, begin, crc);
  }

  private ElementType readType(String name) throws IOException {
    expect(json.nextToken() == JsonToken.VALUE_STRING, "text as dtype of " + name);
    String text = json.getText();
    for (ElementType type : ElementType.values()) {
      if (type.name().equals(text)) {
        return type;
      }
    }
    throw new CorruptFileException(
        file, "dtype must be F32, I32, I64, I8 or U8: tensor=" + name + ", dtype=" + text);
  }

  private List<Long> readNumbers(String name) throws IOException {
    expect(json.nextToken() == JsonToken.START_ARRAY, "a list in " + name);
    List<Long> numbers = new ArrayList<>();
    while (json.nextToken() != JsonToken.END_ARRAY) {
      expect(json.currentToken() == JsonToken.VALUE_NUMBER_INT, "whole numbers in " + name);
      numbers.add(json.getLongValue());
    }
    return numbers;
  }

  /// `begin` counts from the start of the file; `data_offsets` from the start of the data, as the
  /// format wants it.
  private void checkPlace(TensorSpec spec, List<Long> offsets, long begin) {
    long relative = begin - dataStart;
    boolean inFile = spec.bytes() <= fileBytes - begin;
    if (!inFile || !offsets.equals(List.of(relative, relative + spec.bytes()))) {
      throw new CorruptFileException(
          file,
          "tensors must lie one after the other inside the file: tensor="
              + spec.name()
              + ", data_offsets="
              + offsets
              + ", expectedBegin="
              + relative
              + ", tensorBytes="
              + spec.bytes()
              + ", dataBytes="
              + (fileBytes - dataStart)
              + "; the copy was cut short?");
    }
    if (begin % spec.type().bytes() != 0) {
      throw new CorruptFileException(
          file,
          "a tensor must begin at a multiple of its element size: tensor="
              + spec.name()
              + ", type="
              + spec.type()
              + ", offset="
              + begin);
    }
  }

  private void expect(boolean condition, String what) {
    if (!condition) {
      throw unexpected(what);
    }
  }

  private CorruptFileException unexpected(String what) {
    return new CorruptFileException(
        file, "the header must be a safetensors header: it lacks " + what);
  }
}
