package io.github.fp4j.formats;

import static org.assertj.core.api.Assertions.assertThat;

/**
 * What must hold of any conversion with NVIDIA's policies (saturating, -0 kept, one code for NaN) under a given rounding, stated without a model to compare with.
 * Each takes two arbitrary floats and passes, fails, or finds nothing to check.
 */
enum CodecProperty {
  /** The code of a code's value is that code. */
  ROUND_TRIP {
    @Override
    void check(Conversion rule, Encoder encoder, float x, float y) {
      FloatFormat format = rule.format();
      int code = Float.floatToRawIntBits(x) & (format.codeCount() - 1);
      if ((code & format.magnitudeMask()) <= format.maxFiniteCode()) {
        assertThat(encoder.encode(ReferenceCodec.decode(format, code))).isEqualTo(code);
      }
    }
  },

  /** A larger number never gets a smaller value. */
  MONOTONE {
    @Override
    void check(Conversion rule, Encoder encoder, float x, float y) {
      if (!Float.isNaN(x) && !Float.isNaN(y)) {
        float smaller = value(rule, encoder, smaller(rule, x, y));
        float larger = value(rule, encoder, larger(rule, x, y));
        assertThat(smaller <= larger).as("%a is at most %a", smaller, larger).isTrue();
      }
    }

    private float smaller(Conversion rule, float x, float y) {
      return rule.format().signed() ? Math.min(x, y) : Math.min(Math.abs(x), Math.abs(y));
    }

    private float larger(Conversion rule, float x, float y) {
      return rule.format().signed() ? Math.max(x, y) : Math.max(Math.abs(x), Math.abs(y));
    }
  },

  /** Converting twice changes nothing. */
  IDEMPOTENT {
    @Override
    void check(Conversion rule, Encoder encoder, float x, float y) {
      if (!Float.isNaN(x)) {
        int once = encoder.encode(x);
        assertThat(encoder.encode(ReferenceCodec.decode(rule.format(), once))).isEqualTo(once);
      }
    }
  },

  /** The negative has the same code but for the sign bit, which an unsigned format lacks; not for roundings that prefer a direction. */
  SIGN_SYMMETRIC {
    @Override
    void check(Conversion rule, Encoder encoder, float x, float y) {
      boolean directed = rule.format().signed() && (rule.rounding() == Rounding.UP || rule.rounding() == Rounding.DOWN);
      if (!Float.isNaN(x) && !directed) {
        assertThat(encoder.encode(-x)).isEqualTo(encoder.encode(x) ^ rule.format().signMask());
      }
    }
  },

  /** Within the range the error is at most half an ulp to nearest, and at most one ulp in the direction otherwise. */
  WITHIN_ULP {
    @Override
    void check(Conversion rule, Encoder encoder, float x, float y) {
      FloatFormat format = rule.format();
      if (!(Math.abs(x) <= format.maxFinite()) || !format.hasZero() && Math.abs(x) < format.minPositive()) {
        return;
      }
      double exact = format.signed() ? x : Math.abs(x);
      double error = value(rule, encoder, x) - exact;
      double ulp = QuickSet.ulp(format, exact);
      boolean holds =
          switch (rule.rounding()) {
            case NEAREST_EVEN, NEAREST_AWAY, NEAREST_TOWARD_ZERO -> Math.abs(error) <= ulp / 2;
            case TOWARD_ZERO -> Math.abs(error) <= ulp && error * exact <= 0;
            case UP -> error >= 0 && error <= ulp;
            case DOWN -> error <= 0 && error >= -ulp;
            case STOCHASTIC -> Math.abs(error) <= ulp;
          };
      assertThat(holds).as("error %a with ulp %a under %s", error, ulp, rule.rounding()).isTrue();
    }
  },

  /** Halfway between two numbers lies what becomes the even one. */
  TIES_TO_EVEN {
    @Override
    void check(Conversion rule, Encoder encoder, float x, float y) {
      FloatFormat format = rule.format();
      int code = Float.floatToRawIntBits(x) & format.magnitudeMask();
      if (rule.rounding() == Rounding.NEAREST_EVEN && code < format.maxFiniteCode()) {
        float tie = (float) ((ReferenceCodec.decodeDouble(format, code) + ReferenceCodec.decodeDouble(format, code + 1)) / 2); // bf16's largest sum is no float
        assertThat(encoder.encode(tie)).isEqualTo(code + (code & 1));
      }
    }
  },

  /** Beyond the largest number, infinity included, lies that number. */
  SATURATES {
    @Override
    void check(Conversion rule, Encoder encoder, float x, float y) {
      FloatFormat format = rule.format();
      if (Math.abs(x) > format.maxFinite()) {
        assertThat(encoder.encode(x)).isEqualTo(format.maxFiniteCode() | (x < 0 ? format.signMask() : 0));
      }
    }
  },

  /** Every NaN has the one code: the positive NaN, or the positive maximum of a format without. */
  ONE_NAN {
    @Override
    void check(Conversion rule, Encoder encoder, float x, float y) {
      if (Float.isNaN(x)) {
        assertThat(encoder.encode(x)).isEqualTo(rule.format().hasNan() ? rule.format().nanCode() : rule.format().maxFiniteCode());
      }
    }
  };

  /**
   * Throws an {@link AssertionError} if the property does not hold of {@code encoder}.
   *
   * @param rule format and rounding; the rest is NVIDIA's
   */
  abstract void check(Conversion rule, Encoder encoder, float x, float y);

  private static float value(Conversion rule, Encoder encoder, float x) {
    return ReferenceCodec.decode(rule.format(), encoder.encode(x));
  }
}
