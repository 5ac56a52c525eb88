package io.github.peccary.engine.storage;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.zip.CRC32C;

/// A safetensors file of Peccary's, mapped read-only and checked. Shared by any number of threads;
/// its tensors live until [#close].
///
/// The checks read through the file channel and not through the map: a disk that fails is then an
/// `IOException`.
public final class TensorFile implements AutoCloseable {

  /// Metadata: what the file holds, `ratings`, `model` or `checkpoint`.
  public static final String KIND = "peccary.kind";

  /// Metadata: the version of the layout, [#VERSION].
  public static final String FORMAT_VERSION = "peccary.formatVersion";

  /// The layout that this class reads and writes.
  public static final String VERSION = "1";

  private static final int READ_BYTES = 1 << 18;

  private final Path path;
  private final SortedMap<String, String> metadata;
  private final Map<String, TensorInfo> tensors;
  private final Arena arena;
  private final MemorySegment bytes;

  private TensorFile(Path path, Header header, Arena arena, MemorySegment bytes) {
    this.path = path;
    this.metadata = Collections.unmodifiableSortedMap(header.metadata());
    this.tensors = new LinkedHashMap<>();
    header.tensors().forEach(tensor -> tensors.put(tensor.spec().name(), tensor));
    this.arena = arena;
    this.bytes = bytes;
  }

  /// Maps `file`. The header's checksum, the sizes and the places of the tensors are always
  /// checked, the tensors' checksums if `verify` asks for them.
  ///
  /// @throws CorruptFileException if the file is not one that Peccary has written, or not as it was
  ///     written
  /// @throws NoSuchFileException if there is none
  public static TensorFile open(Path file, Verify verify) throws IOException {
    requireLittleEndian();
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString(), null, "the file must exist; check its name");
    }
    if (!Files.isRegularFile(file)) {
      throw new CorruptFileException(
          file,
          Files.isDirectory(file)
              ? "the file must be a file, not a folder; name a file in it"
              : "the file must be a regular one, not a device or a pipe; name another file");
    }
    FileChannel written = TemporaryFile.channel(file);
    if (written != null) {
      return open(written, file, verify);
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      return open(channel, file, verify);
    }
  }

  private static TensorFile open(FileChannel channel, Path file, Verify verify) throws IOException {
    long fileBytes = channel.size();
    byte[] length = read(channel, file, 0, Long.BYTES);
    int headerBytes =
        Header.size(
            file, ByteBuffer.wrap(length).order(ByteOrder.LITTLE_ENDIAN).getLong(), fileBytes);
    Header header = Header.parse(file, read(channel, file, 0, headerBytes), fileBytes);
    checkKnown(file, header);
    if (verify == Verify.CHECKSUMS) {
      ByteBuffer buffer =
          ByteBuffer.allocateDirect((int) Math.min(READ_BYTES, fileBytes - headerBytes));
      for (TensorInfo tensor : header.tensors()) {
        checkCrc(channel, file, tensor, buffer);
      }
    }
    @SuppressWarnings("MustBeClosed") // by close(): the arena lives as long as the file is open
    Arena arena = Arena.ofShared();
    try {
      MemorySegment bytes = channel.map(FileChannel.MapMode.READ_ONLY, 0, fileBytes, arena);
      return new TensorFile(file, header, arena, bytes);
    } catch (Throwable e) {
      arena.close();
      throw e;
    }
  }

  /// Where the file was when it was opened.
  public Path path() {
    return path;
  }

  /// All metadata but the checksums, sorted by key.
  public Map<String, String> metadata() {
    return metadata;
  }

  /// One entry of the metadata.
  ///
  /// @throws CorruptFileException if there is none
  public String metadata(String key) {
    String value = metadata.get(key);
    if (value == null) {
      throw new CorruptFileException(path, "metadata must have an entry: key=" + key);
    }
    return value;
  }

  /// Refuses a file of another kind.
  ///
  /// @throws CorruptFileException if the file is none of `kind`
  public void requireKind(String kind) {
    String found = metadata(KIND);
    if (!found.equals(kind)) {
      throw new CorruptFileException(
          path,
          "the file must be a " + kind + " file: kind=" + found + "; give a " + kind + " file");
    }
  }

  /// The tensors in the order of the file.
  public List<TensorInfo> tensors() {
    return List.copyOf(tensors.values());
  }

  /// Whether the file has a tensor of this name.
  public boolean contains(String name) {
    return tensors.containsKey(name);
  }

  /// The bytes of a tensor, in the map: little-endian elements, row-major. They begin at a multiple
  /// of the element size (the file's first tensor: of 64).
  ///
  /// @param shape the dimensions it must have, -1 for any
  /// @throws CorruptFileException if there is no such tensor, or its type or shape is another
  public MemorySegment tensor(String name, ElementType type, long... shape) {
    TensorInfo tensor = tensors.get(name);
    if (tensor == null) {
      throw new CorruptFileException(path, "the file must hold a tensor: name=" + name);
    }
    TensorSpec spec = tensor.spec();
    if (spec.type() != type || !matches(spec.shape(), shape)) {
      throw new CorruptFileException(
          path,
          "tensor "
              + name
              + " must have another type or shape: found="
              + spec.type()
              + spec.shape()
              + ", expected="
              + type
              + Arrays.toString(shape).replace("-1", "any"));
    }
    return bytes.asSlice(tensor.offset(), spec.bytes());
  }

  /// The identity of the content: SHA-256, in hex, over name, type, shape and CRC-32C of every
  /// tensor and over the metadata entries named. Two files of the same fingerprint hold the same
  /// numbers.
  public String fingerprint(String... keys) {
    StringBuilder text = new StringBuilder();
    for (TensorInfo tensor : tensors.values()) {
      TensorSpec spec = tensor.spec();
      text.append(spec.name()).append(' ').append(spec.type()).append(' ').append(spec.shape());
      text.append(' ').append(tensor.crc32c()).append('\n');
    }
    for (String key : keys) {
      text.append(key).append(' ').append(metadata(key)).append('\n');
    }
    try {
      MessageDigest sha = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(sha.digest(text.toString().getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError("every JDK has SHA-256", e);
    }
  }

  /// Gives the memory of what was read so far back to the system, for whoever has read all of the
  /// file and does not want it again soon. Tensors stay as they are: their pages come again from
  /// the file.
  public void unload() {
    bytes.unload();
  }

  /// Unmaps the file; whoever still reads a tensor then gets an `IllegalStateException`. Does
  /// nothing a second time.
  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }

  /// Tensors are used as they lie in the file.
  static void requireLittleEndian() {
    if (ByteOrder.nativeOrder() != ByteOrder.LITTLE_ENDIAN) {
      throw new UnsupportedOperationException(
          "the machine must be little-endian: byteOrder=" + ByteOrder.nativeOrder());
    }
  }

  private static boolean matches(List<Long> found, long[] expected) {
    if (found.size() != expected.length) {
      return false;
    }
    for (int i = 0; i < expected.length; i++) {
      if (expected[i] != -1 && expected[i] != found.get(i)) {
        return false;
      }
    }
    return true;
  }

  private static void checkKnown(Path file, Header header) {
    if (!header.metadata().containsKey(KIND)) {
      throw new CorruptFileException(
          file, "the file was not written by Peccary: its metadata must have " + KIND);
    }
    String version = header.metadata().get(FORMAT_VERSION);
    if (!VERSION.equals(version)) {
      throw new CorruptFileException(
          file,
          "the format must be one that this Peccary knows: formatVersion="
              + version
              + ", known="
              + VERSION
              + "; use the Peccary that wrote it");
    }
  }

  private static void checkCrc(FileChannel channel, Path file, TensorInfo tensor, ByteBuffer buffer)
      throws IOException {
    long end = tensor.offset() + tensor.spec().bytes();
    CRC32C crc = new CRC32C();
    for (long position = tensor.offset(); position < end; position += buffer.limit()) {
      buffer.clear().limit((int) Math.min(READ_BYTES, end - position));
      readFully(channel, file, buffer, position);
      crc.update(buffer.flip());
    }
    String computed = Header.hex(crc);
    if (!computed.equals(tensor.crc32c())) {
      throw new CorruptFileException(
          file,
          "tensor "
              + tensor.spec().name()
              + " is damaged: crc32c="
              + computed
              + ", expected="
              + tensor.crc32c()
              + "; copy it again");
    }
  }

  private static byte[] read(FileChannel channel, Path file, long position, int count)
      throws IOException {
    byte[] bytes = new byte[count];
    readFully(channel, file, ByteBuffer.wrap(bytes), position);
    return bytes;
  }

  private static void readFully(FileChannel channel, Path file, ByteBuffer buffer, long position)
      throws IOException {
    long next = position;
    while (buffer.hasRemaining()) {
      int count = channel.read(buffer, next);
      if (count < 0) {
        throw new CorruptFileException(
            file,
            "truncated: bytes="
                + next
                + ", expectedBytes="
                + (next + buffer.remaining())
                + "; the copy was cut short?");
      }
      next += count;
    }
  }
}
