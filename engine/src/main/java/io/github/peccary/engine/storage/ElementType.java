package io.github.peccary.engine.storage;

/// What a tensor's elements are. The names are those of the safetensors format.
public enum ElementType {
  /// IEEE 754 single precision.
  F32(Float.BYTES),
  /// Signed 32-bit integer.
  I32(Integer.BYTES),
  /// Signed 64-bit integer.
  I64(Long.BYTES),
  /// Signed 8-bit integer.
  I8(Byte.BYTES),
  /// A byte; here always one of a UTF-8 text.
  U8(Byte.BYTES);

  private final int bytes;

  ElementType(int bytes) {
    this.bytes = bytes;
  }

  /// Bytes of one element, and what a tensor's offset in the file is a multiple of.
  public int bytes() {
    return bytes;
  }
}
