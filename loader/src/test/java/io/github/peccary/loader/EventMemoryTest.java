package io.github.peccary.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What is refused before a disk is full.
class EventMemoryTest {
  private static final int EVENTS = 1_000_000;
  private static final long EVENT_BYTES = 12;

  @TempDir private Path folder;

  @Test
  void sortingNeedsEveryEventTwiceOrThreeTimesButForWhatIsInMemory() throws Exception {
    for (boolean timed : new boolean[] {false, true}) {
      long logBytes = 500_000;
      long bytes = (timed ? 3 : 2) * EVENT_BYTES * EVENTS - logBytes;
      try (EventMemory memory = memory(2 * logBytes, bytes)) {
        memory.requireRoomToSort(EVENTS, timed);
      }
      try (EventMemory memory = memory(2 * logBytes, bytes - 1)) {
        assertThatThrownBy(() -> memory.requireRoomToSort(EVENTS, timed))
            .isInstanceOf(IOException.class)
            .hasMessage(
                "%s: the folder must have room for temporary files: bytes=%d, freeBytes=%d; free some space, choose another folder, or give more --memory",
                folder, bytes, bytes - 1);
      }
    }
  }

  @Test
  void theOutputAndOneMoreLogHaveToFitBesideAnEventLogThatIsOnDisk() throws Exception {
    long outputBytes = 777;
    long needed = outputBytes + 2 * EVENT_BYTES * EVENTS;
    try (EventMemory memory = memory(0, needed - 1)) {
      EventLog log = new EventLog(memory);
      for (int event = 0; event < EVENTS; event++) {
        log.add(event, event, 0);
      }
      assertThat(log.fileBytes()).isBetween(EVENT_BYTES * (EVENTS - 1_024), EVENT_BYTES * EVENTS);
      memory.requireRoomToWrite(log, null, outputBytes);
      long most = needed - 1 - outputBytes + log.fileBytes() - 2 * EVENT_BYTES * EVENTS;
      memory.requireRoomToWrite(log, null, outputBytes + most);
      assertThatThrownBy(() -> memory.requireRoomToWrite(log, null, outputBytes + most + 1))
          .hasMessage(
              "%s: the folder must have room for the output and temporary files: bytes=%d, freeBytes=%d; free some space, choose another folder, or give more --memory",
              folder, needed, needed - 1);
    }
  }

  @Test
  void aFileSystemThatDoesNotTellIsTried() throws Exception {
    try (EventMemory memory = memory(0, 0)) {
      memory.requireRoomToSort(EVENTS, true);
    }
  }

  private EventMemory memory(long bytes, long freeBytes) {
    return new EventMemory(folder, bytes, () -> freeBytes);
  }
}
