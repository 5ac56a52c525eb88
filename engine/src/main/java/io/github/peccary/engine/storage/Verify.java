package io.github.peccary.engine.storage;

/// How much of a file is read when it is opened.
public enum Verify {
  /// Everything: all of [#STRUCTURE], every tensor's CRC-32C and every rule about the contents.
  /// Reads the whole file.
  CHECKSUMS,
  /// The header with its CRC-32C, the sizes, and what can be told from a few bytes of a tensor:
  /// milliseconds, whatever the size. For a file whose checksums were verified when it was written
  /// or copied: damage inside a tensor gives wrong values, though nothing worse.
  STRUCTURE
}
