package io.github.fp4j.simd;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.block.DequantizeFormula;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ReferenceQuantizer;

/**
 * A profile and a tensor scale as the arithmetic that {@link BlockDequantizer} does: every scale code has its factor, in a table.
 *
 * @param profile what is planned
 * @param tensorScale for which tensor scale
 * @param form the block size, and what is done with the factor
 * @param factors one for each of the 256 scale bytes
 * @param last what the product is multiplied by, if the step does that
 * @param dropsZeroSign whether element code -0 means +0
 * @param modelCode a scale byte whose blocks are left to the model; -1 for none
 */
record DequantizationPlan(
    QuantizationProfile profile, float tensorScale, BlockDecoder.Form form, float[] factors, float last, boolean dropsZeroSign, int modelCode) {
  private static final int ONE = 2; // the element code of 1

  /** What is done with the factor. */
  enum Step {
    MULTIPLY,
    MULTIPLY_TWICE,
    DIVIDE
  }

  int blockShift() {
    return form.blockShift();
  }

  /** The plan of a profile with E2M1 elements in blocks of 16 or 32. */
  static DequantizationPlan of(QuantizationProfile profile, float t) {
    DequantizeFormula formula = profile.dequantize();
    FloatFormat scale = profile.format().scale();
    float factor = 1 / (profile.tensorScale().scaleMax() * profile.format().element().maxFinite());
    float[] factors = new float[256];
    int modelCode = -1;
    for (int code = 0; code < 256; code++) {
      float s = ReferenceCodec.decode(scale, code);
      factors[code] =
          switch (formula) {
            case AMAX_TIMES_FACTOR -> s * t * factor;
            case PRODUCT -> s * t;
            case QUOTIENT -> s / t;
            case TENSOR_SCALE_LAST, DIVIDE_BY_ENCODE_SCALE, SCALE_ONLY -> s;
            case DOUBLED_TIMES_HALF -> ReferenceQuantizer.value(profile, ONE, code, t);
          };
      if (formula == DequantizeFormula.DOUBLED_TIMES_HALF && factors[code] == Float.POSITIVE_INFINITY) {
        modelCode = code;
      }
    }
    Step step =
        switch (formula) {
          case TENSOR_SCALE_LAST -> Step.MULTIPLY_TWICE;
          case DIVIDE_BY_ENCODE_SCALE -> Step.DIVIDE;
          case AMAX_TIMES_FACTOR, PRODUCT, QUOTIENT, SCALE_ONLY, DOUBLED_TIMES_HALF -> Step.MULTIPLY;
        };
    int blockShift = Integer.numberOfTrailingZeros(profile.format().blockSize());
    return new DequantizationPlan(profile, t, new BlockDecoder.Form(blockShift, step), factors, t, formula == DequantizeFormula.DOUBLED_TIMES_HALF, modelCode);
  }
}
