package io.github.fp4j.formats;

import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A conversion to a narrow format as data: every choice that implementations make differently.
 *
 * @param format the target
 * @param rounding how a value between two codes is rounded
 * @param randomBits number of random bits that {@link Rounding#STOCHASTIC} takes per value, 1..32; 0 for every other rounding
 * @param overflow what too large magnitudes and infinities become
 * @param nan what NaN becomes
 * @param zeroSign the sign of zero results
 * @param unsigned what an unsigned format makes of negative numbers
 * @param preRounding a wider format to which the value is rounded first (nearest-even), as stacks do that compute in bf16; null for none
 */
public record Conversion(
    FloatFormat format,
    Rounding rounding,
    int randomBits,
    Overflow overflow,
    NanPolicy nan,
    ZeroSign zeroSign,
    UnsignedPolicy unsigned,
    @Nullable FloatFormat preRounding) {

  public Conversion {
    Objects.requireNonNull(format, "format");
    boolean stochastic = rounding == Rounding.STOCHASTIC;
    if (stochastic ? randomBits < 1 || randomBits > 32 : randomBits != 0) {
      throw new IllegalArgumentException(
          "randomBits = " + randomBits + " with " + rounding + ": expected 1..32 for stochastic rounding and 0 for every other");
    }
    if (overflow == Overflow.INFINITY && !format.hasInfinity()) {
      throw new IllegalArgumentException("overflow = INFINITY: " + format + " has no infinity; expected SATURATE or one of the others");
    }
    if (overflow == Overflow.NAN && !format.hasNan()) {
      throw new IllegalArgumentException("overflow = NAN: " + format + " has no NaN; expected SATURATE");
    }
    if (needsNan(nan) && !format.hasNan()) {
      throw new IllegalArgumentException("nan = " + nan + ": " + format + " has no NaN; expected a maximum, a zero or REFUSE");
    }
  }

  private static boolean needsNan(NanPolicy policy) {
    return switch (policy) {
      case POSITIVE_NAN, SIGNED_NAN, NEGATIVE_NAN, SIGNED_QUIET_NAN -> true;
      case POSITIVE_MAX, SIGNED_MAX, ZERO, NEGATED_ZERO, UNTESTED, REFUSE -> false;
    };
  }

  /**
   * NVIDIA's conversion, which is the default everywhere in this project: nearest-even (toward plus infinity for UE8M0, as the CUDA class does), saturating,
   * -0 kept, NaN to the positive maximum where the format has no NaN and to its positive NaN where it has (cuda_fp4.hpp, cuda_fp6.hpp, cuda_fp8.hpp, float
   * path; PTX ISA {@code cvt.rn.satfinite}).
   */
  public static Conversion cuda(FloatFormat format) {
    return new Conversion(
        format,
        format.hasZero() ? Rounding.NEAREST_EVEN : Rounding.UP,
        0,
        Overflow.SATURATE,
        format.hasNan() ? NanPolicy.POSITIVE_NAN : NanPolicy.POSITIVE_MAX,
        ZeroSign.KEEP,
        UnsignedPolicy.MAGNITUDE,
        null);
  }

  /** The same with another rounding, which must not be stochastic. */
  public Conversion with(Rounding other) {
    return new Conversion(format, other, 0, overflow, nan, zeroSign, unsigned, preRounding);
  }

  /** The same with stochastic rounding from {@code bits} random bits per value. */
  public Conversion withStochastic(int bits) {
    return new Conversion(format, Rounding.STOCHASTIC, bits, overflow, nan, zeroSign, unsigned, preRounding);
  }

  public Conversion with(Overflow other) {
    return new Conversion(format, rounding, randomBits, other, nan, zeroSign, unsigned, preRounding);
  }

  public Conversion with(NanPolicy other) {
    return new Conversion(format, rounding, randomBits, overflow, other, zeroSign, unsigned, preRounding);
  }

  public Conversion with(ZeroSign other) {
    return new Conversion(format, rounding, randomBits, overflow, nan, other, unsigned, preRounding);
  }

  public Conversion with(UnsignedPolicy other) {
    return new Conversion(format, rounding, randomBits, overflow, nan, zeroSign, other, preRounding);
  }

  /** The same after rounding to {@code wider} first: the double rounding of stacks that compute in bf16. */
  public Conversion after(FloatFormat wider) {
    return new Conversion(format, rounding, randomBits, overflow, nan, zeroSign, unsigned, wider);
  }

  public boolean isStochastic() {
    return rounding == Rounding.STOCHASTIC;
  }
}
