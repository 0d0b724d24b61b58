package io.github.fp4j.formats;

import java.util.Arrays;
import java.util.stream.IntStream;

/** The inputs of the quick form of coverage class X2: every fp16 and bf16 value, and every place where a code of the format can change, with its neighbours. */
final class QuickSet {
  private QuickSet() {}

  /** Distinct float32 bit patterns, ascending as unsigned integers. */
  static int[] of(FloatFormat format) {
    IntStream fp16 = IntStream.range(0, 65536).map(code -> Float.floatToRawIntBits(Float.float16ToFloat((short) code)));
    IntStream bf16 = IntStream.range(0, 65536).map(code -> code << 16);
    return distinct(IntStream.concat(IntStream.concat(fp16, bf16), boundaryBits(format)));
  }

  /** The numbers of {@code format}, the midpoints between them, the first two thresholds beyond the largest, and specials; each with both neighbours. */
  static int[] boundaries(FloatFormat format) {
    return distinct(boundaryBits(format));
  }

  private static IntStream boundaryBits(FloatFormat format) {
    IntStream thresholds =
        IntStream.rangeClosed(0, format.maxFiniteCode())
            .flatMap(
                code -> {
                  double value = ReferenceCodec.decodeDouble(format, code);
                  double next = code < format.maxFiniteCode() ? ReferenceCodec.decodeDouble(format, code + 1) : value + ulp(format, value);
                  return IntStream.of(bits(value), bits((value + next) / 2), bits(next));
                });
    IntStream specials = IntStream.of(0, 1, 0x00400000, 0x00800000, 0x7F7FFFFF, 0x7F800000, 0x7F800001, 0x7FA00000, 0x7FC00000, 0x7FFFFFFF);
    return IntStream.concat(thresholds, specials)
        .flatMap(bits -> IntStream.of(bits - 1, bits, bits + 1))
        .flatMap(bits -> IntStream.of(bits & 0x7FFFFFFF, bits | 0x80000000));
  }

  /** The distance of the numbers of {@code format} in the binade of {@code value}. */
  static double ulp(FloatFormat format, double value) {
    return Math.scalb(1.0, Math.max(Math.getExponent(value), format.minExponent()) - format.mantissaBits());
  }

  private static int bits(double value) {
    return Float.floatToRawIntBits((float) value);
  }

  private static int[] distinct(IntStream bits) {
    int[] flipped = bits.map(b -> b ^ Integer.MIN_VALUE).distinct().toArray();
    Arrays.sort(flipped);
    for (int i = 0; i < flipped.length; i++) {
      flipped[i] ^= Integer.MIN_VALUE;
    }
    return flipped;
  }
}
