package io.github.fp4j.simd;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ReferenceQuantizer;
import io.github.fp4j.formats.block.ScaleFormula;

/**
 * A rule that gives powers of two, as integer arithmetic on the bits of the largest magnitude: {@code code = (bits + roundBits >>> 23) + codeOffset}.
 *
 * <p>Every such rule commutes with powers of two, so that one binade says all: the constants are read off the model there. Not so near the bottom of float32, and
 * where a float32 logarithm rounds up to an integer, just below it; these maxima are left to the model.
 *
 * @param roundBits what carries into the exponent field where the rule goes to the next power of two
 * @param codeOffset from the exponent field to the code
 * @param zeroCode the code of a block of zeros
 * @param smallestBits smaller maxima are left to the model, except zero
 * @param limitBits this and larger maxima are left to the model
 * @param bandStart first mantissa that is left to the model
 * @param bandWidth how many are
 */
record PowerOfTwoScales(int roundBits, int codeOffset, int zeroCode, int smallestBits, int limitBits, int bandStart, int bandWidth) {
  private static final int INFINITY = 0x7F800000;
  private static final int MANTISSAS = 1 << 23;
  private static final int SMALLEST = Float.floatToRawIntBits(0x1p-100f);

  /** Floats for which a float32 logarithm may be an integer too high: at most 44 below a power of two. */
  private static final int BAND = 128;

  /** Whether the scale format is one of powers of two up to 2^127. */
  static boolean covers(QuantizationProfile profile) {
    return profile.format().scale().equals(FloatFormat.UE8M0) && profile.blockScale().precision() == null;
  }

  /** The constants of a profile that is covered. */
  static PowerOfTwoScales of(QuantizationProfile profile) {
    int one = Float.floatToRawIntBits(1f);
    int base = code(profile, one);
    int low = 0; // the code of this mantissa is base
    int high = MANTISSAS; // the code of this one, or of the next power of two, is base + 1
    while (high - low > 1) {
      int middle = (low + high) / 2;
      if (code(profile, one + middle) == base) {
        low = middle;
      } else {
        high = middle;
      }
    }
    ScaleFormula formula = profile.blockScale().formula();
    boolean logarithm = formula == ScaleFormula.EXPONENT_FLOOR_LOG2F || formula == ScaleFormula.EXPONENT_FLOOR_LOG2F_WRAPPED;
    boolean inverseLogarithm = formula == ScaleFormula.EXPONENT_OF_MULTIPLIER;
    int roundBits = logarithm ? 0 : inverseLogarithm ? MANTISSAS - 0x400001 : MANTISSAS - high;
    int offset = base - (one + roundBits >>> 23);
    int largest = INFINITY - 1;
    boolean overflows = code(profile, largest) != (largest + roundBits >>> 23) + offset && !logarithm;
    return new PowerOfTwoScales(
        roundBits,
        offset,
        code(profile, 0),
        SMALLEST,
        overflows ? INFINITY - roundBits : INFINITY,
        inverseLogarithm ? 0x400001 : MANTISSAS - BAND,
        logarithm || inverseLogarithm ? BAND : 0);
  }

  private static int code(QuantizationProfile profile, int amaxBits) {
    return ReferenceQuantizer.scaleCode(profile, Float.intBitsToFloat(amaxBits), 1);
  }
}
