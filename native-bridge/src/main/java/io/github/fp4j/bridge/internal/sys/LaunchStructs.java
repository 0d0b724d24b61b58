package io.github.fp4j.bridge.internal.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/** The structs of {@code cuLaunchKernelEx}: cuda.h of CUDA 13.0. */
public final class LaunchStructs {
  /** {@code CUlaunchConfig}. */
  public static final StructLayout CONFIG =
      MemoryLayout.structLayout(
          JAVA_INT.withName("gridDimX"),
          JAVA_INT.withName("gridDimY"),
          JAVA_INT.withName("gridDimZ"),
          JAVA_INT.withName("blockDimX"),
          JAVA_INT.withName("blockDimY"),
          JAVA_INT.withName("blockDimZ"),
          JAVA_INT.withName("sharedMemBytes"),
          MemoryLayout.paddingLayout(4),
          ADDRESS.withName("hStream"),
          ADDRESS.withName("attrs"),
          JAVA_INT.withName("numAttrs"),
          MemoryLayout.paddingLayout(4));

  /** {@code CUlaunchAttribute}: the value is a union of 64 bytes. */
  public static final StructLayout ATTRIBUTE =
      MemoryLayout.structLayout(
          JAVA_INT.withName("id"), MemoryLayout.paddingLayout(4), MemoryLayout.sequenceLayout(8, JAVA_LONG).withName("value"));

  private static final long[] SEVEN_INTS = {
    offset("gridDimX"), offset("gridDimY"), offset("gridDimZ"), offset("blockDimX"), offset("blockDimY"), offset("blockDimZ"), offset("sharedMemBytes")
  };
  private static final long STREAM = offset("hStream");
  private static final long ATTRIBUTES = offset("attrs");
  private static final long ATTRIBUTE_COUNT = offset("numAttrs");
  private static final long ATTRIBUTE_VALUE = ATTRIBUTE.byteOffset(PathElement.groupElement("value"));

  private LaunchStructs() {}

  private static long offset(String field) {
    return CONFIG.byteOffset(PathElement.groupElement(field));
  }

  /**
   * Writes a {@code CUlaunchConfig}.
   *
   * @param sizes grid x, y, z, block x, y, z, bytes of dynamic shared memory
   */
  public static void writeConfig(MemorySegment config, int[] sizes, MemorySegment stream, MemorySegment attributes, int attributeCount) {
    for (int i = 0; i < SEVEN_INTS.length; i++) {
      config.set(JAVA_INT, SEVEN_INTS[i], sizes[i]);
    }
    config.set(ADDRESS, STREAM, stream);
    config.set(ADDRESS, ATTRIBUTES, attributes);
    config.set(JAVA_INT, ATTRIBUTE_COUNT, attributeCount);
  }

  /** Writes element {@code index} of an array of {@code CUlaunchAttribute}: its value is one to three ints at the start of the union. */
  public static void writeAttribute(MemorySegment attributes, int index, int id, int... value) {
    long base = index * ATTRIBUTE.byteSize();
    attributes.set(JAVA_INT, base, id);
    for (int i = 0; i < value.length; i++) {
      attributes.set(JAVA_INT, base + ATTRIBUTE_VALUE + 4L * i, value[i]);
    }
  }
}
