package io.github.fp4j.formats;

/** gfloat without saturation: what rounds beyond 448 becomes NaN, and there is one NaN, code 0xFF, whatever the sign of what came in. */
final class GfloatE4m3 implements Encoder {
  static final GfloatE4m3 INSTANCE = new GfloatE4m3();

  private static final Conversion ROUNDING = Conversion.cuda(FloatFormat.E4M3).with(Overflow.NAN);
  private static final int NAN_CODE = 0xFF;

  private GfloatE4m3() {}

  @Override
  public int encode(float value) {
    return encode((double) value);
  }

  @Override
  public int encode(double value) {
    int code = ReferenceCodec.encode(ROUNDING, value);
    return FloatFormat.E4M3.isNan(code) ? NAN_CODE : code;
  }
}
