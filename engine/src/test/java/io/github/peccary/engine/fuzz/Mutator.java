package io.github.peccary.engine.fuzz;

import io.github.peccary.engine.fuzz.Safetensors.Tensor;
import io.github.peccary.engine.storage.ElementType;
import io.github.peccary.engine.storage.Verify;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// Damages files, each in a way that follows from a seed: their bytes, as a disk or a copy would,
/// or what they say, under checksums that are right.
final class Mutator {

  private static final Pattern TOKEN =
      Pattern.compile("\"(?:[^\"\\\\]|\\\\.)*\"|-?[0-9]+|[\\[\\]{}:,]");

  private static final long[] NUMBERS = {
    0,
    1,
    -1,
    2,
    8,
    63,
    64,
    255,
    1 << 20,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    1L << 32,
    1L << 40,
    1L << 61,
    1L << 62,
    Long.MAX_VALUE,
    Long.MIN_VALUE,
    0x7FC00000L,
    0x7F800000L,
    0x7F7FFFFFL
  };

  private static final List<String> TEXTS =
      List.of(
          "",
          "0",
          "-0.0",
          "0.0",
          "-1",
          "1",
          "NaN",
          "Infinity",
          "1e39",
          "1e-50",
          "0x1p3",
          "1f",
          "true",
          "rating",
          "implicit",
          "none",
          "2147483647",
          "9223372036854775807",
          "9223372036854775808",
          "\\uD83D",
          "\\u0000",
          "\\n",
          "٣",
          "leave-out k=1 seed=42");

  private static final List<String> TOKENS =
      List.of(
          "-0",
          "00",
          "1e5",
          "1.5",
          "-1",
          "9223372036854775807",
          "9223372036854775808",
          "null",
          "true",
          "\"\"",
          "[",
          "[[[[[[[[",
          "{\"a\":{\"a\":{\"a\":{\"a\":{}}}}}",
          "\"F32\"",
          "\"I64\"",
          "\"U8\"",
          "\"I32\"",
          "\"BF16\"",
          "\"__metadata__\"",
          "\"\\u0061\"",
          "\"\uD83D\uDC17\"",
          "\"\\uDC00\"",
          "/**/",
          "\0");

  private final List<byte[]> files;
  private SplittableRandom random = new SplittableRandom(0);

  /// @param files good ones, one of each kind
  Mutator(List<byte[]> files) {
    this.files = files;
  }

  /// A damaged file.
  ///
  /// @param verify how it is to be opened
  /// @param sealed whether its checksums were put right again
  record Mutant(byte[] bytes, Verify verify, boolean sealed) {}

  /// The mutant of the sample that follows from `seed`.
  Mutant mutate(Sample sample, long seed) {
    random = new SplittableRandom(seed);
    boolean sealed = chance(3, 5);
    byte[] bytes = sealed ? rebuilt(sample.content()) : sample.bytes().clone();
    int damages = sealed ? (chance(1, 12) ? 1 : 0) : 1 + random.nextInt(3);
    for (int i = 0; i < damages; i++) {
      bytes = damage(bytes, sample);
    }
    if (sealed && damages > 0) {
      Safetensors.seal(bytes);
    }
    return new Mutant(bytes, chance(1, 2) ? Verify.CHECKSUMS : Verify.STRUCTURE, sealed);
  }

  private byte[] damage(byte[] bytes, Sample sample) {
    if (bytes.length == 0) {
      return bytes;
    }
    int at = random.nextInt(bytes.length);
    int length = 1 + random.nextInt(Math.min(bytes.length - at, chance(1, 2) ? 8 : 512));
    switch (random.nextInt(9)) {
      case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> bytes[at] = (byte) random.nextInt(256);
      case 2 -> Arrays.fill(bytes, at, at + length, (byte) random.nextInt(-1, 1));
      case 3 ->
          System.arraycopy(bytes, random.nextInt(bytes.length - length + 1), bytes, at, length);
      case 4 -> {
        return Arrays.copyOf(bytes, at);
      }
      case 5 -> {
        return spliced(bytes, bytes.length, random(length), bytes.length);
      }
      case 6 -> {
        return spliced(bytes, at, chance(1, 2) ? random(length) : new byte[0], at + length);
      }
      case 7 -> {
        byte[] other = files.get(random.nextInt(files.size()));
        return spliced(
            bytes,
            at,
            Arrays.copyOfRange(other, Math.min(at, other.length), other.length),
            bytes.length);
      }
      default -> {
        long size =
            chance(1, 2) ? number() : random.nextInt(-64, 65) + headerLength(sample.bytes());
        if (bytes.length >= Long.BYTES) {
          ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN).putLong(size);
        }
      }
    }
    return bytes;
  }

  private static long headerLength(byte[] file) {
    return ByteBuffer.wrap(file).order(ByteOrder.LITTLE_ENDIAN).getLong();
  }

  /// `piece` in the place of the bytes from `from` to before `to`.
  private static byte[] spliced(byte[] bytes, int from, byte[] piece, int to) {
    byte[] result = Arrays.copyOf(bytes, from + piece.length + bytes.length - to);
    System.arraycopy(piece, 0, result, from, piece.length);
    System.arraycopy(bytes, to, result, from + piece.length, bytes.length - to);
    return result;
  }

  private byte[] random(int length) {
    byte[] bytes = new byte[length];
    random.nextBytes(bytes);
    return bytes;
  }

  private byte[] rebuilt(Safetensors good) {
    Safetensors changed = good.copy();
    boolean text = chance(1, 8);
    for (int i = text ? 1 : 0, count = 1 + random.nextInt(3); i < count; i++) {
      if (chance(1, 4)) {
        changeMetadata(changed);
      } else if (!changed.tensors().isEmpty()) {
        int number = random.nextInt(changed.tensors().size());
        if (chance(2, 3)) {
          changed.tensors().set(number, changedElements(changed.tensors().get(number)));
        } else {
          changeTensors(changed.tensors(), number);
        }
      }
    }
    return changed.render(
        json -> text ? changedTokens(json) : json, chance(1, 50) ? random.nextInt(65) : 0);
  }

  private void changeMetadata(Safetensors file) {
    List<String> keys = new ArrayList<>(file.metadata().keySet());
    String key = pick(keys);
    switch (random.nextInt(5)) {
      case 0 -> file.metadata().remove(key);
      case 1 -> file.metadata().put(key, file.metadata().getOrDefault(pick(keys), ""));
      case 2 -> file.metadata().put(key, Long.toString(number()));
      case 3 -> file.metadata().put(key, Long.toString(random.nextInt(40)));
      default -> file.metadata().put(key, pick(TEXTS));
    }
  }

  /// Elements set, exchanged, copied or zeroed; as many as before.
  private Tensor changedElements(Tensor tensor) {
    int size = tensor.type().bytes();
    int count = tensor.bytes().length / size;
    if (count == 0) {
      return tensor;
    }
    byte[] bytes = tensor.bytes().clone();
    int at = random.nextInt(count) * size;
    int other = random.nextInt(count) * size;
    switch (random.nextInt(5)) {
      case 0 -> put(bytes, at, size, number());
      case 1 -> put(bytes, at, size, get(bytes, other, size) + random.nextInt(-1, 2));
      case 2 -> {
        System.arraycopy(tensor.bytes(), other, bytes, at, size);
        System.arraycopy(tensor.bytes(), at, bytes, other, size);
      }
      case 3 -> System.arraycopy(tensor.bytes(), 0, bytes, at, bytes.length - at);
      default ->
          Arrays.fill(
              bytes, Math.min(at, other), Math.max(at, other), (byte) random.nextInt(-1, 1));
    }
    return tensor.with(bytes);
  }

  private static void put(byte[] bytes, int at, int size, long value) {
    for (int i = 0; i < size; i++) {
      bytes[at + i] = (byte) (value >>> (Byte.SIZE * i));
    }
  }

  private static long get(byte[] bytes, int at, int size) {
    long value = 0;
    for (int i = 0; i < size; i++) {
      value |= (bytes[at + i] & 0xFFL) << (Byte.SIZE * i);
    }
    return value;
  }

  /// Tensors lost, doubled, moved, renamed, of another type, shape or size.
  private void changeTensors(List<Tensor> tensors, int number) {
    Tensor tensor = tensors.get(number);
    Tensor other = pick(tensors);
    switch (random.nextInt(7)) {
      case 0 -> tensors.remove(number);
      case 1 -> tensors.add(random.nextInt(tensors.size() + 1), tensor);
      case 2 -> {
        tensors.remove(number);
        tensors.add(random.nextInt(tensors.size() + 1), tensor);
      }
      case 3 ->
          tensors.set(
              number, new Tensor(other.name(), tensor.type(), tensor.shape(), tensor.bytes()));
      case 4 ->
          tensors.set(
              number,
              new Tensor(
                  tensor.name(),
                  pick(List.of(ElementType.values())),
                  tensor.shape(),
                  tensor.bytes()));
      case 5 ->
          tensors.set(
              number,
              new Tensor(tensor.name(), tensor.type(), changedShape(tensor), tensor.bytes()));
      default -> tensors.set(number, resized(tensor));
    }
  }

  private List<Long> changedShape(Tensor tensor) {
    List<Long> shape = new ArrayList<>(tensor.shape());
    long dimension = chance(1, 2) ? number() : random.nextInt(40);
    if (chance(1, 4)) {
      shape.add(random.nextInt(shape.size() + 1), dimension);
    } else if (!shape.isEmpty()) {
      shape.set(random.nextInt(shape.size()), dimension);
    }
    return shape;
  }

  /// A few rows more or less, with a shape that fits.
  private Tensor resized(Tensor tensor) {
    List<Long> shape = new ArrayList<>(tensor.shape());
    if (shape.isEmpty() || shape.getFirst() < 1 || shape.getFirst() > tensor.bytes().length) {
      return tensor; // empty, or of another shape already
    }
    long rows = Math.max(0, shape.getFirst() + random.nextInt(-2, 3));
    int rowBytes = (int) (tensor.bytes().length / shape.getFirst());
    shape.set(0, rows);
    byte[] bytes = Arrays.copyOf(tensor.bytes(), (int) rows * rowBytes);
    return new Tensor(tensor.name(), tensor.type(), shape, bytes);
  }

  private String changedTokens(String json) {
    List<MatchResult> tokens = TOKEN.matcher(json).results().toList();
    StringBuilder changed = new StringBuilder(json);
    for (int i = 0, count = 1 + random.nextInt(2); i < count; i++) {
      MatchResult at = pick(tokens);
      String by =
          switch (random.nextInt(5)) {
            case 0 -> "";
            case 1 -> at.group() + at.group();
            case 2 -> pick(tokens).group();
            case 3 -> Long.toString(chance(1, 2) ? number() : random.nextInt(2000));
            default -> pick(TOKENS);
          };
      if (at.end() <= changed.length()) {
        changed.replace(at.start(), at.end(), by);
      }
    }
    return changed.toString();
  }

  private long number() {
    return NUMBERS[random.nextInt(NUMBERS.length)] + (chance(1, 3) ? random.nextInt(-8, 9) : 0);
  }

  private boolean chance(int of, int in) {
    return random.nextInt(in) < of;
  }

  private <T> T pick(List<T> list) {
    return list.get(random.nextInt(list.size()));
  }
}
