package io.github.fp4j.formats;

/**
 * ggml's choice of an E2M1 code: the first code with the least float32 distance (ggml-quants.c, {@code best_index_mxfp4}, with a block scale of 1).
 *
 * <p>Ties therefore go toward zero, code 8 is never chosen, and where distances no longer differ (infinities, NaN, magnitudes so large that subtracting a code's
 * value is lost in rounding) the lowest of the equally distant codes wins, in the end code 0.
 */
final class GgmlE2m1 implements Encoder {
  static final GgmlE2m1 INSTANCE = new GgmlE2m1();

  private static final float[] VALUES = NearestEven.decodeTable(FloatFormat.E2M1);

  private GgmlE2m1() {}

  @Override
  public int encode(float value) {
    int best = 0;
    float least = Math.abs(VALUES[0] - value);
    for (int code = 1; code < VALUES.length; code++) {
      float distance = Math.abs(VALUES[code] - value);
      if (distance < least) {
        best = code;
        least = distance;
      }
    }
    return best;
  }
}
