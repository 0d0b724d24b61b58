package io.github.fp4j.simd;

import io.github.fp4j.formats.Rounding;

/** Whole vectors of float32 to UE8M0, the power-of-two scale, and back. The sign is dropped, zero becomes code 0, NaN 0xFF. */
interface PowerOfTwoCodec {

  /**
   * Encodes one code to a byte from the first value on, as far as whole vectors go.
   *
   * @return how many of the {@code length} values are done; the rest, fewer than one turn takes, is left to the scalar codec
   */
  int encode(Target target, float[] values, int offset, byte[] codes, int codesOffset, int length);

  /** The way back; returns how many of the {@code length} codes are done. */
  int decode(byte[] codes, int codesOffset, float[] values, int offset, int length);

  /**
   * A rounding as the constants of {@code (bits + added + (lowest bit of the exponent & oddAdded)) >>> 23}.
   *
   * @param added what is added to every magnitude, in units of 2^-23 of its power of two
   * @param oddAdded 1 where an odd exponent adds one more, else 0
   * @param limit the largest sum, which gives the largest code
   */
  record Target(int added, int oddAdded, int limit) {

    /** The constants of one of the four roundings of {@link io.github.fp4j.formats.Ue8m0}; overflow saturates at 0xFE or becomes 0xFF. */
    static Target of(Rounding rounding, boolean saturating) {
      int added =
          switch (rounding) {
            case TOWARD_ZERO -> 0;
            case UP -> 0x7FFFFF;
            case NEAREST_AWAY -> 0x400000;
            case NEAREST_EVEN -> 0x3FFFFF;
            default -> throw new IllegalArgumentException("rounding = " + rounding + ": expected UP, TOWARD_ZERO, NEAREST_AWAY or NEAREST_EVEN");
          };
      return new Target(added, rounding == Rounding.NEAREST_EVEN ? 1 : 0, saturating ? 0x7F7FFFFF : 0x7FFFFFFF);
    }
  }
}
