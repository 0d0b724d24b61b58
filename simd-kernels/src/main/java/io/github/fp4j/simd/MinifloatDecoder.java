package io.github.fp4j.simd;

import io.github.fp4j.formats.FloatFormat;

/** Whole vectors of codes, one to a byte, to float32, of a format of seven bits and an optional sign above them, with zero and subnormals. */
interface MinifloatDecoder {

  /**
   * Decodes from the first code on, as far as whole vectors go.
   *
   * @return how many of the {@code length} codes are done; the rest, fewer than one turn takes, is left to the scalar codec
   */
  int decode(byte[] codes, int codesOffset, float[] values, int offset, int length);

  /** The decoder of {@code format} for vectors of {@code bits} bits. */
  static MinifloatDecoder of(FloatFormat format, int bits) {
    return bits == 512
        ? PerWidth.instance(MinifloatDecoder.class, WideMinifloatDecoderBody.class, bits, format)
        : PerWidth.instance(MinifloatDecoder.class, MinifloatDecoderBody.class, bits, Source.of(format));
  }

  /**
   * A format as the constants of the arithmetic, in which a magnitude code lies where float32 has its exponent and the upper mantissa bits.
   *
   * @param placeShift from the top byte of an int to that place
   * @param placeMask the bits of that place
   * @param unitBits what makes of a placed normal code the float32 bits of its value
   * @param normal the smallest normal number
   * @param signBits the sign bit of float32, or 0 for an unsigned format
   * @param lastFinite the largest placed code that is finite
   * @param lastNumber the largest placed code that is not NaN: {@code lastFinite}, or the infinity after it
   */
  record Source(int placeShift, int placeMask, int unitBits, float normal, int signBits, int lastFinite, int lastNumber) {

    /** The constants of {@code format}. */
    static Source of(FloatFormat format) {
      int shift = 23 - format.mantissaBits();
      int lastNumber = format.hasInfinity() ? format.infinityCode() : format.maxFiniteCode();
      return new Source(
          24 - shift,
          format.magnitudeMask() << shift,
          126 + format.minExponent() << 23,
          Math.scalb(1f, format.minExponent()),
          format.signed() ? 1 << 31 : 0,
          format.maxFiniteCode() << shift,
          lastNumber << shift);
    }
  }
}
