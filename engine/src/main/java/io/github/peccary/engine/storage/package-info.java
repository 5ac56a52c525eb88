/// One container for everything on disk: safetensors, mapped, checked and written all or nothing.
///
/// A file is `[u64 header length][JSON header, padded with spaces][tensors]`, little-endian, and
/// opens in any stock safetensors loader (<https://github.com/huggingface/safetensors#format>).
/// Peccary adds, inside the header's `__metadata__`, what finds a single flipped bit anywhere in
/// the file: a CRC-32C of every tensor and one of the header itself. Whoever writes a file runs the
/// reader's check on it before it gets its name.
@NullMarked
package io.github.peccary.engine.storage;

import org.jspecify.annotations.NullMarked;
