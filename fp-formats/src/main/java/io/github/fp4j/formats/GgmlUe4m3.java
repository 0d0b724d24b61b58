package io.github.fp4j.formats;

/**
 * ggml's UE4M3 scale (ggml-impl.h:518-553): half rounds up, subnormals stop at 7 instead of reaching the first normal number, whatever would need the largest
 * exponent becomes 448, and what is not positive (NaN too) becomes 0.
 */
final class GgmlUe4m3 implements Encoder {
  static final GgmlUe4m3 INSTANCE = new GgmlUe4m3();

  private static final int MAX_CODE = 0x7E;
  private static final int BIAS = 7;
  private static final int TOP_FIELD = 15;

  private GgmlUe4m3() {}

  @Override
  public int encode(float value) {
    if (!(value > 0)) {
      return 0;
    }
    int bits = Float.floatToRawIntBits(Math.min(value, 448));
    int field = (bits >>> 23) - 127 + BIAS;
    if (field <= 0) {
      return Math.min((int) (value * 512 + 0.5f), 7);
    }
    int rounded = (field << 3) + ((bits >>> 19 & 15) + 1 >>> 1);
    return rounded >>> 3 >= TOP_FIELD ? MAX_CODE : rounded;
  }
}
