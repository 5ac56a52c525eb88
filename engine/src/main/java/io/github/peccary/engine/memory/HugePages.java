package io.github.peccary.engine.memory;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/// Memory outside the heap for large arrays, in pages of 2 MiB where Linux has them to give.
///
/// Training reads and writes rows all over tens of megabytes. With pages of 4 KiB nearly every row
/// misses the processor's cache of page addresses, and the first touch of each page traps into the
/// kernel. Where huge pages cannot be had (another system, no native access for this module, none
/// free), the same zeros come in ordinary pages.
public final class HugePages {
  /// Of x86-64, and of AArch64 where ordinary pages have 4 KiB.
  private static final long PAGE_BYTES = 2 << 20;

  private static final boolean AVAILABLE =
      System.getProperty("os.name").equals("Linux")
          && HugePages.class.getModule().isNativeAccessEnabled();

  private HugePages() {}

  /// A segment of zeros, 64-byte aligned, that lives as long as `arena`.
  ///
  /// @throws OutOfMemoryError if the system does not have the memory
  public static MemorySegment allocate(Arena arena, long bytes) {
    return AVAILABLE && bytes >= 2 * PAGE_BYTES
        ? Linux.allocate(arena, bytes)
        : arena.allocate(bytes, 64);
  }

  /// The system's calls, linked when a first large array is wanted: that takes some milliseconds.
  private static final class Linux {
    private static final int PROT_READ_WRITE = 3;
    private static final int MAP_PRIVATE_ANONYMOUS = 0x22;
    private static final int MADV_HUGEPAGE = 14;

    private static final MethodHandle MMAP =
        link("mmap", ADDRESS, ADDRESS, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_LONG);
    private static final MethodHandle MUNMAP = link("munmap", JAVA_INT, ADDRESS, JAVA_LONG);
    private static final MethodHandle MADVISE =
        link("madvise", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);

    private static MethodHandle link(
        String function, MemoryLayout result, MemoryLayout... parameters) {
      Linker linker = Linker.nativeLinker();
      return linker.downcallHandle(
          linker.defaultLookup().findOrThrow(function), FunctionDescriptor.of(result, parameters));
    }

    /// Maps a page more than asked for, so that the segment can begin with one.
    static MemorySegment allocate(Arena arena, long bytes) {
      long mapped = bytes + PAGE_BYTES;
      long start = map(mapped);
      long first = (start + PAGE_BYTES - 1) & -PAGE_BYTES;
      advise(first, bytes);
      MemorySegment.ofAddress(start).reinterpret(mapped, arena, Linux::unmap);
      return MemorySegment.ofAddress(first).reinterpret(bytes, arena, null);
    }

    private static long map(long bytes) {
      try {
        MemorySegment start =
            (MemorySegment)
                MMAP.invokeExact(
                    MemorySegment.NULL, bytes, PROT_READ_WRITE, MAP_PRIVATE_ANONYMOUS, -1, 0L);
        if (start.address() != -1) {
          return start.address();
        }
      } catch (Throwable t) {
        throw new AssertionError("a system call throws nothing", t);
      }
      throw new OutOfMemoryError(
          "the system must have the memory: bytes=%d; choose a lower rank or fewer ratings"
              .formatted(bytes));
    }

    /// What comes back does not matter: without huge pages there are small ones.
    private static void advise(long start, long bytes) {
      try {
        int _ = (int) MADVISE.invokeExact(MemorySegment.ofAddress(start), bytes, MADV_HUGEPAGE);
      } catch (Throwable t) {
        throw new AssertionError("a system call throws nothing", t);
      }
    }

    private static void unmap(MemorySegment segment) {
      try {
        int _ = (int) MUNMAP.invokeExact(segment, segment.byteSize());
      } catch (Throwable t) {
        throw new AssertionError("a system call throws nothing", t);
      }
    }
  }
}
