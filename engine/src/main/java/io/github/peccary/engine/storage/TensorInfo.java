package io.github.peccary.engine.storage;

/// Where a tensor lies in its file.
///
/// @param offset of its first byte, from the start of the file
/// @param crc32c of its bytes as the header gives it, 8 lower-case hex digits
public record TensorInfo(TensorSpec spec, long offset, String crc32c) {}
