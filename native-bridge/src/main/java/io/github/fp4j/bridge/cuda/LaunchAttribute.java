package io.github.fp4j.bridge.cuda;

import java.util.List;

/**
 * A wish about one launch: {@code CUlaunchAttribute} of cuda.h.
 *
 * @param id which
 * @param value its union's first ints
 */
public record LaunchAttribute(Id id, List<Integer> value) {

  /** {@code CU_LAUNCH_ATTRIBUTE_} of cuda.h, with its numbers. */
  public enum Id {
    COOPERATIVE(2),
    CLUSTER_DIMENSION(4),
    PROGRAMMATIC_STREAM_SERIALIZATION(6),
    PRIORITY(8),
    PREFERRED_SHARED_MEMORY_CARVEOUT(14);

    private final int code;

    Id(int code) {
      this.code = code;
    }

    /** The number of cuda.h. */
    public int code() {
      return code;
    }

    /** The name of cuda.h. */
    public String headerName() {
      return "CU_LAUNCH_ATTRIBUTE_" + name();
    }
  }

  /** All blocks run at the same time and can wait for one another. */
  public static LaunchAttribute cooperative() {
    return new LaunchAttribute(Id.COOPERATIVE, List.of(1));
  }

  /** Blocks run in clusters of this shape, which share their shared memory (from 9.0 on). */
  public static LaunchAttribute cluster(int x, int y, int z) {
    if (x < 1 || y < 1 || z < 1) {
      throw new IllegalArgumentException("cluster = " + x + " x " + y + " x " + z + ": expected at least 1 each");
    }
    return new LaunchAttribute(Id.CLUSTER_DIMENSION, List.of(x, y, z));
  }

  /** It may start before the kernel in front of it has ended, and waits in the kernel itself (from 9.0 on). */
  public static LaunchAttribute programmaticStreamSerialization() {
    return new LaunchAttribute(Id.PROGRAMMATIC_STREAM_SERIALIZATION, List.of(1));
  }

  /** A lower number is a higher priority. */
  public static LaunchAttribute priority(int priority) {
    return new LaunchAttribute(Id.PRIORITY, List.of(priority));
  }

  /** The share of the L1 cache that becomes shared memory, in percent. */
  public static LaunchAttribute sharedMemoryCarveout(int percent) {
    if (percent < 0 || percent > 100) {
      throw new IllegalArgumentException("percent = " + percent + ": expected 0 to 100");
    }
    return new LaunchAttribute(Id.PREFERRED_SHARED_MEMORY_CARVEOUT, List.of(percent));
  }
}
