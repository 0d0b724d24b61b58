package io.github.fp4j.formats;

/**
 * E8M0 as torch, ml_dtypes and ONNX round it: one is added to float32's exponent field according to the fraction field alone, also below 2^-126, where no
 * implicit one stands before the fraction. There the result is not the nearest: just above 2^-127 already becomes 2^-126 (and 2^-127 itself, rounding up).
 * Sources: PyTorch's Float8_e8m0fnu.h:61-112, ml_dtypes' float8.h, ONNX's numpy_helper.py:21-93 ({@code to_float8e8m0}).
 *
 * @param up whether any fraction adds one; otherwise more than one half does, and one half unless the exponent field is 0
 * @param saturating whether a finite number that would become NaN stays at 2^127; infinities are NaN in any case
 * @param positiveOnly whether zero and negative numbers are NaN; otherwise the sign is dropped and zero becomes 2^-127
 */
record FractionUe8m0(boolean up, boolean saturating, boolean positiveOnly) implements Encoder {
  private static final int HALF = 1 << 22;
  private static final int MAX_CODE = 0xFE;
  private static final int NAN_CODE = 0xFF;

  @Override
  public int encode(float value) {
    int bits = Float.floatToRawIntBits(value);
    int field = bits >>> 23 & 0xFF;
    int fraction = bits & 0x7FFFFF;
    if (field == 0xFF || positiveOnly && value <= 0) {
      return NAN_CODE;
    }
    boolean addsOne = up ? fraction != 0 : fraction > HALF || fraction == HALF && field > 0;
    return Math.min(field + (addsOne ? 1 : 0), saturating ? MAX_CODE : NAN_CODE);
  }
}
