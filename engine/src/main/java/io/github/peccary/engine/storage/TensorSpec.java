package io.github.peccary.engine.storage;

import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;

/// Name, element type and shape (row-major) of a tensor.
///
/// @param name letters, digits and underscores
/// @param shape dimensions, none negative; the bytes they ask for fit a `long`
public record TensorSpec(String name, ElementType type, List<Long> shape) {

  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9][A-Za-z0-9_]*");

  /// @throws IllegalArgumentException if the name or a dimension is none, or the size overflows
  public TensorSpec {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "a tensor's name must be letters, digits and underscores: name=" + name);
    }
    shape = List.copyOf(shape);
    bytes(name, type, shape);
  }

  /// The same with the dimensions listed.
  public static TensorSpec of(String name, ElementType type, long... shape) {
    return new TensorSpec(name, type, Arrays.stream(shape).boxed().toList());
  }

  /// Number of elements: the product of the dimensions, 1 without any.
  public long elements() {
    return bytes() / type.bytes();
  }

  /// Number of bytes.
  public long bytes() {
    return bytes(name, type, shape);
  }

  private static long bytes(String name, ElementType type, List<Long> shape) {
    long bytes = type.bytes();
    try {
      for (long dimension : shape) {
        if (dimension < 0) {
          throw new IllegalArgumentException(
              "dimensions must not be negative: tensor=" + name + ", shape=" + shape);
        }
        bytes = Math.multiplyExact(bytes, dimension);
      }
    } catch (ArithmeticException overflow) {
      throw new IllegalArgumentException(
          "a tensor's bytes must fit 63 bits: tensor=" + name + ", shape=" + shape, overflow);
    }
    return bytes;
  }
}
