package io.github.fp4j.conformance.cli;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Locale;
import java.util.Optional;

/** A wide number type of a byte stream, little-endian. */
enum NumberType {
  F32(4),
  F64(8),
  F16(2),
  BF16(2);

  private static final ValueLayout.OfShort SHORT = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfFloat FLOAT = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  private static final ValueLayout.OfDouble DOUBLE = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private final int bytes;

  NumberType(int bytes) {
    this.bytes = bytes;
  }

  int bytes() {
    return bytes;
  }

  static Optional<NumberType> byName(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "f32", "float32" -> Optional.of(F32);
      case "f64", "float64" -> Optional.of(F64);
      case "f16", "fp16", "float16" -> Optional.of(F16);
      case "bf16", "bfloat16" -> Optional.of(BF16);
      default -> Optional.empty();
    };
  }

  /** Widens {@code count} values to float32, exactly, sign and payload of NaN included; not for F64. */
  void toFloats(byte[] source, float[] target, int count) {
    MemorySegment bytesOfSource = MemorySegment.ofArray(source);
    switch (this) {
      case F32 -> MemorySegment.copy(bytesOfSource, FLOAT, 0, target, 0, count);
      case F16 -> {
        for (int i = 0; i < count; i++) {
          target[i] = Float.float16ToFloat(bytesOfSource.get(SHORT, 2L * i));
        }
      }
      case BF16 -> {
        for (int i = 0; i < count; i++) {
          target[i] = Float.intBitsToFloat(bytesOfSource.get(SHORT, 2L * i) << 16);
        }
      }
      case F64 -> throw new IllegalStateException("float64 does not fit float32");
    }
  }

  /** Reads {@code count} F64 values. */
  static void toDoubles(byte[] source, double[] target, int count) {
    MemorySegment.copy(MemorySegment.ofArray(source), DOUBLE, 0, target, 0, count);
  }

  /** Writes {@code count} F32 values. */
  static void fromFloats(float[] source, byte[] target, int count) {
    MemorySegment.copy(source, 0, MemorySegment.ofArray(target), FLOAT, 0, count);
  }
}
