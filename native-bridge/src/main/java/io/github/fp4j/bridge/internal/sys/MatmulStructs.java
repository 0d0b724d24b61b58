package io.github.fp4j.bridge.internal.sys;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemoryLayout.PathElement;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.StructLayout;

/** The structs of cuBLASLt's heuristics: cublasLt.h of cuBLAS 13.1. */
public final class MatmulStructs {
  /** {@code sizeof(cublasLtMatmulAlgo_t)}: eight uint64, to be copied and kept as they are. */
  public static final int ALGORITHM_BYTES = 64;

  /** {@code cublasLtMatmulHeuristicResult_t}. */
  public static final StructLayout RESULT =
      MemoryLayout.structLayout(
          MemoryLayout.sequenceLayout(ALGORITHM_BYTES / 8, JAVA_LONG).withName("algo"),
          JAVA_LONG.withName("workspaceSize"),
          JAVA_INT.withName("state"),
          JAVA_FLOAT.withName("wavesCount"),
          MemoryLayout.sequenceLayout(4, JAVA_INT).withName("reserved"));

  private static final long WORKSPACE = offset("workspaceSize");
  private static final long STATE = offset("state");
  private static final long WAVES = offset("wavesCount");

  private MatmulStructs() {}

  private static long offset(String field) {
    return RESULT.byteOffset(PathElement.groupElement(field));
  }

  private static MemorySegment result(MemorySegment results, int index) {
    return results.asSlice(index * RESULT.byteSize(), RESULT.byteSize());
  }

  /** {@code algo} of element {@code index} of an array of results. */
  public static byte[] algorithm(MemorySegment results, int index) {
    return result(results, index).asSlice(0, ALGORITHM_BYTES).toArray(JAVA_BYTE);
  }

  /** {@code workspaceSize}. */
  public static long workspace(MemorySegment results, int index) {
    return result(results, index).get(JAVA_LONG, WORKSPACE);
  }

  /** {@code state}: a status; the rest holds only if it is 0. */
  public static int state(MemorySegment results, int index) {
    return result(results, index).get(JAVA_INT, STATE);
  }

  /** {@code wavesCount}: how often the device is filled. */
  public static float waves(MemorySegment results, int index) {
    return result(results, index).get(JAVA_FLOAT, WAVES);
  }
}
