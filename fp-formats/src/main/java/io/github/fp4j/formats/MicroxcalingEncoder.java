package io.github.fp4j.formats;

/**
 * microxcaling's element rounding, in the float32 arithmetic of its source (elemwise_ops.py, {@code _quantize_elemwise_core}): the magnitude is scaled so that
 * the last kept bit is the unit, becomes {@code floor(scaled + 0.5)}, less one where mode {@code even} met a half above an even number, and is scaled back.
 *
 * <p>The float32 sum makes 1 of the largest float below one half, so that the largest float below half the smallest number rounds up in both modes; that is
 * why no {@link Conversion} describes it. The source's results are numbers, not codes: NaN and infinities pass through, and are refused here.
 */
final class MicroxcalingEncoder implements Encoder {
  private final FloatFormat format;
  private final boolean even;

  MicroxcalingEncoder(FloatFormat format, boolean even) {
    this.format = format;
    this.even = even;
  }

  @Override
  public int encode(float value) {
    if (!Float.isFinite(value)) {
      throw new IllegalArgumentException(value + ": microxcaling passes it through, and " + format + " has no code for it");
    }
    int exponent = Math.max(Math.getExponent(value), format.minExponent());
    int unit = exponent - format.mantissaBits();
    float scaled = Math.scalb(Math.abs(value), -unit);
    float whole = (float) Math.floor(scaled + 0.5f);
    if (even && (scaled - 0.5f) % 2 == 0) {
      whole--;
    }
    float rounded = Math.min(Math.scalb(whole, unit), format.maxFinite());
    return codeOf(rounded) | (value < 0 ? format.signMask() : 0);
  }

  private int codeOf(float magnitude) {
    return ReferenceCodec.encode(Conversion.cuda(format), magnitude);
  }
}
