package io.github.fp4j.formats.block;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.Overflow;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.Rounding;

/** From the largest magnitude of a block to the code of its scale: {@link BlockScaleRule} as arithmetic. */
final class BlockScales {
  private static final double LOG2_E = 1.4426950408889634;
  private static final int GGML_TOP_BINADE = 0x78; // 256

  private BlockScales() {}

  /**
   * The code of a scale.
   *
   * @param widening 1, or what a {@link ScaleSearch} multiplies the scale by before it is rounded
   */
  static int code(QuantizationProfile profile, float amax, float tensorScale, float widening) {
    BlockScaleRule rule = profile.blockScale();
    if (rule.formula().isExponentRule()) {
      return guardedAfterCast(rule, exponentCode(profile, amax));
    }
    float value = value(profile, amax, tensorScale) * widening;
    if (rule.guard() == ScaleGuard.ZERO_BEFORE_CAST && value == 0) {
      value = rule.guardValue();
    }
    if (value < rule.lowest()) {
      value = rule.lowest();
    } else if (value > rule.highest()) {
      value = rule.highest();
    }
    int code = rule.cast() == ScaleCast.GGML_UE4M3 ? ggmlCode(value) : ReferenceCodec.encode(rule.conversion(), value);
    return guardedAfterCast(rule, code);
  }

  private static int ggmlCode(float value) {
    if (!(value > 0)) {
      return 0;
    }
    if (value < 0x1p-6f) {
      return Math.min((int) (value * 512 + 0.5f), 7);
    }
    int code = ReferenceCodec.encode(Conversion.cuda(FloatFormat.UE4M3).with(Rounding.NEAREST_AWAY), value);
    return code >= GGML_TOP_BINADE ? FloatFormat.UE4M3.maxFiniteCode() : code;
  }

  private static int guardedAfterCast(BlockScaleRule rule, int code) {
    float value = ReferenceCodec.decode(rule.conversion().format(), code);
    boolean replaced =
        switch (rule.guard()) {
          case NONE, ZERO_BEFORE_CAST -> false;
          case ZERO_AFTER_CAST -> value == 0;
          case UNUSABLE_AFTER_CAST -> !(value > 0 && value < Float.POSITIVE_INFINITY);
        };
    return replaced ? ReferenceCodec.encode(rule.conversion(), rule.guardValue()) : code;
  }

  private static float value(QuantizationProfile profile, float b, float tensorScale) {
    BlockScaleRule rule = profile.blockScale();
    float max = profile.format().element().maxFinite();
    float inverse = 1 / max;
    return switch (rule.formula()) {
      case F1 -> b * (encodeScale(profile, tensorScale) * inverse);
      case F2 -> in(rule, b / max) * encodeScale(profile, tensorScale);
      case F3 -> in(rule, b * inverse) * encodeScale(profile, tensorScale);
      case F4 -> in(rule, b / max) / tensorScale;
      case F5 -> b / (max * tensorScale);
      case F6 -> b * encodeScale(profile, tensorScale) / max;
      case PRESCALED -> b / tensorScale / max;
      case AMAX_OVER_MAX -> in(rule, b / max);
      case AMAX_TIMES_RECIPROCAL -> in(rule, b * inverse);
      case ENCODE_OF_PRESCALED -> max / (b / tensorScale);
      default -> throw new IllegalStateException(rule.formula() + " gives an exponent");
    };
  }

  private static float encodeScale(QuantizationProfile profile, float tensorScale) {
    return profile.tensorScale().encodeScale(tensorScale, profile.format().element().maxFinite());
  }

  private static float in(BlockScaleRule rule, float value) {
    FloatFormat precision = rule.precision();
    return precision == null
        ? value
        : ReferenceCodec.decode(precision, ReferenceCodec.encode(Conversion.cuda(precision).with(Overflow.INFINITY), value));
  }

  private static int exponentCode(QuantizationProfile profile, float amax) {
    BlockScaleRule rule = profile.blockScale();
    FloatFormat scale = rule.conversion().format();
    int emax = profile.format().elementMaxExponent();
    if (rule.formula() == ScaleFormula.EXPONENT_FLOOR_LOG2F_WRAPPED) {
      // The C code converts a float to uint8_t through a 32-bit integer, which is 0x80000000 for an infinity on x86-64.
      return amax > 0 && amax < Float.POSITIVE_INFINITY ? floorLog2f(amax) - emax + scale.bias() & 0xFF : 0;
    }
    float measured =
        switch (rule.formula()) {
          case EXPONENT_EVEN -> roundedHalfUp(amax, profile.format().element().mantissaBits());
          case EXPONENT_FIELD_UP -> amax / profile.format().element().maxFinite();
          case EXPONENT_OF_MULTIPLIER -> profile.format().element().maxFinite() / amax;
          default -> amax;
        };
    if (!(measured < Float.POSITIVE_INFINITY)) {
      return Float.isNaN(measured) || rule.conversion().overflow() != Overflow.SATURATE ? scale.nanCode() : scale.maxFiniteCode();
    }
    if (measured == 0) {
      return rule.formula() == ScaleFormula.EXPONENT_OF_MULTIPLIER ? scale.nanCode() : 0;
    }
    int bits = Float.floatToRawIntBits(measured);
    int fraction = bits & 0x7FFFFF;
    int exponent =
        switch (rule.formula()) {
          case EXPONENT_FLOOR, EXPONENT_EVEN -> floorLog2(measured) - emax;
          case EXPONENT_CEIL -> floorLog2(measured) + (isPowerOfTwo(measured) ? 0 : 1) - emax;
          case EXPONENT_FLOOR_LOG2F -> floorLog2f(measured) - emax;
          case EXPONENT_FIELD_UP -> (bits >>> 23) - 127 + (fraction == 0 ? 0 : 1);
          case EXPONENT_OF_MULTIPLIER -> -floorLog2f(measured);
          default -> throw new IllegalStateException(rule.formula() + " gives no exponent");
        };
    return Math.clamp(exponent + scale.bias(), 0, scale.maxFiniteCode());
  }

  /** Adds half of the last of {@code mantissaBits} kept bits to the pattern and clears the fraction. An infinity stays one; a NaN too. */
  private static float roundedHalfUp(float value, int mantissaBits) {
    return Float.isNaN(value) ? value : Float.intBitsToFloat(Float.floatToRawIntBits(value) + (1 << (22 - mantissaBits)) & 0xFF800000);
  }

  private static boolean isPowerOfTwo(float value) {
    return value == Math.scalb(1f, floorLog2(value));
  }

  /** floor(log2 value) of a positive finite float, subnormals included. */
  static int floorLog2(float value) {
    return Math.getExponent((double) value);
  }

  /**
   * floor(log2f(value)) with a correctly rounded float32 logarithm, as glibc's is at these points: one more than {@link #floorLog2} where the logarithm rounds up
   * to an integer, which happens for up to 44 floats just below a power of two.
   */
  static int floorLog2f(float value) {
    int below = floorLog2(value);
    int next = below + 1;
    double shortfall = 1 - Math.scalb((double) value, -next); // value = 2^next * (1 - shortfall), exactly
    double distance = LOG2_E * shortfall * (1 + shortfall / 2); // next - log2(value), to second order
    double halfUlp = ((double) (float) next - Math.nextDown((float) next)) / 2;
    return distance < halfUlp ? next : below;
  }
}
