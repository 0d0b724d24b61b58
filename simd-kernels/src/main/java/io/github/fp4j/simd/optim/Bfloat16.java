package io.github.fp4j.simd.optim;

/** Conversions between float32 and BF16 bits. */
final class Bfloat16 {
  private Bfloat16() {}

  static float toFloat(short bits) {
    return Float.intBitsToFloat(bits << 16);
  }

  /** Nearest even; NaN stays a NaN (quiet, sign and upper payload kept), overflow goes to infinity. */
  static short nearest(float value) {
    int bits = Float.floatToRawIntBits(value);
    if ((bits & 0x7FFFFFFF) > 0x7F800000) {
      return (short) (bits >>> 16 | 0x40);
    }
    return (short) (bits + 0x7FFF + (bits >>> 16 & 1) >>> 16);
  }

  /** Away from zero with the probability of the discarded part; {@code random} in its low 16 bits. A BF16 number stays what it is, NaN stays a NaN. */
  static short stochastic(float value, int random) {
    int bits = Float.floatToRawIntBits(value);
    if ((bits & 0x7F800000) == 0x7F800000) {
      return nearest(value);
    }
    return (short) (bits + (random & 0xFFFF) >>> 16);
  }
}
