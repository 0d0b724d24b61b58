package io.github.fp4j.bridge.cuda;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/** The options that make the driver keep a log while it loads an image, and the log. */
final class JitLog {
  private static final int BYTES = 1 << 14;

  private final MemorySegment options;
  private final MemorySegment values;
  private final MemorySegment info;
  private final MemorySegment error;

  JitLog(Arena arena) {
    JitOption[] all = JitOption.values();
    options = arena.allocate(JAVA_INT, all.length);
    values = arena.allocate(ADDRESS, all.length);
    info = arena.allocate(BYTES);
    error = arena.allocate(BYTES);
    for (int i = 0; i < all.length; i++) {
      options.setAtIndex(JAVA_INT, i, all[i].code());
      switch (all[i]) {
        case INFO_LOG_BUFFER -> values.setAtIndex(ADDRESS, i, info);
        case ERROR_LOG_BUFFER -> values.setAtIndex(ADDRESS, i, error);
        case INFO_LOG_BUFFER_SIZE_BYTES, ERROR_LOG_BUFFER_SIZE_BYTES -> values.setAtIndex(JAVA_LONG, i, BYTES); // a number in place of a pointer
        case LOG_VERBOSE -> values.setAtIndex(JAVA_LONG, i, 1);
      }
    }
  }

  int count() {
    return JitOption.values().length;
  }

  MemorySegment options() {
    return options;
  }

  MemorySegment values() {
    return values;
  }

  /** Errors first, then remarks. */
  String text() {
    return text(error) + text(info);
  }

  private static String text(MemorySegment buffer) {
    buffer.set(JAVA_BYTE, BYTES - 1, (byte) 0);
    return buffer.getString(0);
  }
}
