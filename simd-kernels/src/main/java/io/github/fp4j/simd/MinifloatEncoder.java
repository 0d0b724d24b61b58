package io.github.fp4j.simd;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.Overflow;

/** Whole vectors of float32 to codes of a format with zero, subnormals and at least one mantissa bit: nearest-even, -0 kept, a NaN of either sign to one code. */
interface MinifloatEncoder {

  /** Values that are encoded at a time: lengths are multiples of it. Even. */
  int turn();

  /** Encodes; returns whether the codes are right: false if this {@linkplain Form#knowsNan knows no NaN} and one is among the values. */
  boolean encode(float[] values, int offset, byte[] codes, int codesOffset, int length);

  /**
   * What an encoder is made for.
   *
   * @param packed whether codes, of four bits then, lie two to a byte, low nibble first; one to a byte otherwise
   * @param knowsNan whether a NaN is encoded, which costs about a sixth of the speed
   */
  record Form(Target target, boolean packed, boolean knowsNan) {}

  /**
   * A format as the constants of the arithmetic.
   *
   * @param clampBits float32 bits of the magnitude at which every larger one is cut off: the largest number, or what the overflow code would mean as a number
   * @param normalBits float32 bits of the smallest normal number
   * @param unitBits what turns the float32 bits of 2^e into those of 2^(e + 23 - m) plus {@code -minField * 2^m} modulo 256 of its ulps
   * @param fieldShift 23 - m: moves float32's exponent field to where the code has its own
   * @param codeShift 32 less the width of a code with its sign: moves a code to the top of an int, and its sign onto float32's
   * @param signBits the sign bit of float32, or 0 for an unsigned format
   * @param nanCode what NaN becomes
   */
  record Target(int clampBits, int normalBits, int unitBits, int fieldShift, int codeShift, int signBits, int nanCode) {

    /** The constants of {@code format} under {@code overflow}: {@link Overflow#SATURATE}, or that to the code after the largest number. */
    static Target of(FloatFormat format, Overflow overflow) {
      int m = format.mantissaBits();
      int minField = 127 + format.minExponent();
      int clampCode = format.maxFiniteCode() + (overflow == Overflow.SATURATE ? 0 : 1);
      int clampBits = (clampCode << 23 - m) + (minField - 1 << 23);
      int unitBits = (23 - m << 23) + (-minField << m & 0xFF);
      int byteWidth = format.width() <= 4 ? 4 : 8;
      return new Target(
          clampBits,
          minField << 23,
          unitBits,
          23 - m,
          32 - byteWidth,
          format.signed() ? 1 << 31 : 0,
          format.hasNan() ? format.nanCode() : format.maxFiniteCode());
    }
  }
}
