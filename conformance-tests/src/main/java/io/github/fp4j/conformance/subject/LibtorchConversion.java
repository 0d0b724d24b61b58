package io.github.fp4j.conformance.subject;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * libtorch's conversion between a tensor of float32 and one of eight bits, {@code Tensor.copy_}: encoding rounds to nearest-even, what is too large for E4M3 becomes
 * NaN. Both tensors have memory of their own that stays until the process ends.
 */
public final class LibtorchConversion {
  private final LibtorchOperations operations;
  private final MemorySegment floats;
  private final MemorySegment bytes;
  private final MemorySegment floatTensor;
  private final MemorySegment byteTensor;

  LibtorchConversion(Libtorch.Functions functions, LibtorchOperations operations, int type, int length) {
    this.operations = operations;
    Arena arena = Arena.global();
    floats = Libtorch.Functions.floats(length, arena);
    bytes = Libtorch.Functions.bytes(length, arena);
    floatTensor = functions.tensor(floats, 1, arena);
    byteTensor = functions.tensorOfBytes(bytes, type, arena);
  }

  /** The numbers that {@link #encode} reads. */
  public void values(float[] values) {
    MemorySegment.copy(values, 0, floats, JAVA_FLOAT, 0, values.length);
  }

  /** The codes that {@link #decode} reads. */
  public void codes(byte[] codes) {
    MemorySegment.copy(codes, 0, bytes, JAVA_BYTE, 0, codes.length);
  }

  /** A copy of the numbers. */
  public float[] values() {
    return floats.toArray(JAVA_FLOAT);
  }

  /** A copy of the codes. */
  public byte[] codes() {
    return bytes.toArray(JAVA_BYTE);
  }

  /** All numbers to codes. */
  public void encode() {
    copy(byteTensor, floatTensor);
  }

  /** All codes to numbers. */
  public void decode() {
    copy(floatTensor, byteTensor);
  }

  private void copy(MemorySegment to, MemorySegment from) {
    try {
      operations.copyInPlace.invokeExact(to, from, false);
    } catch (Throwable e) {
      throw new IllegalStateException(e);
    }
  }
}
