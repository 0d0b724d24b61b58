package io.github.fp4j.formats;

import io.github.fp4j.formats.ExactValue.Kind;

/**
 * The generic model of every conversion: integers only, one place that rounds, no format known by name. Slow on purpose; what is fast is compared with it.
 *
 * <p>The input is taken exactly, from whatever type it comes, and rounded once (but for {@link Conversion#preRounding()}, which exists to model stacks that
 * round twice). Every method is thread-safe.
 */
public final class ReferenceCodec {
  private ReferenceCodec() {}

  /** The float that {@code code} stands for, exactly; NaN is Java's canonical NaN. Bits above the format's width are ignored. */
  public static float decode(FloatFormat format, int code) {
    return (float) decodeDouble(format, code);
  }

  /** The double that {@code code} stands for, exactly. */
  public static double decodeDouble(FloatFormat format, int code) {
    return ExactValue.of(format, code).toDouble();
  }

  /** The code of a float32 under a rounding that is not stochastic. */
  public static int encode(Conversion conversion, float value) {
    return encode(conversion, value, 0);
  }

  /** The code of a float32; {@code random} holds the conversion's random bits in its low end and is ignored where rounding is not stochastic. */
  public static int encode(Conversion conversion, float value, int random) {
    return encode(conversion, ExactValue.of(value), Float.floatToRawIntBits(value), random);
  }

  /** The code of a float64, rounded once: not the code of the nearest float32. */
  public static int encode(Conversion conversion, double value) {
    return encode(conversion, value, 0);
  }

  /** The code of a float64, rounded once; {@code random} as for float32. */
  public static int encode(Conversion conversion, double value, int random) {
    return encode(conversion, ExactValue.of(value), Float.floatToRawIntBits((float) value), random);
  }

  /** The code of a number given as bits of another format: {@link FloatFormat#FP16}, {@link FloatFormat#BF16} or any other. */
  public static int encode(Conversion conversion, FloatFormat from, int bits, int random) {
    ExactValue value = ExactValue.of(from, bits);
    return encode(conversion, value, Float.floatToRawIntBits((float) value.toDouble()), random);
  }

  private static int encode(Conversion conversion, ExactValue input, int nanBits, int random) {
    if (conversion.isStochastic() && conversion.randomBits() < 32 && random >>> conversion.randomBits() != 0) {
      throw new IllegalArgumentException(
          "random = 0x%x: expected at most %d bits".formatted(random, conversion.randomBits()));
    }
    FloatFormat wider = conversion.preRounding();
    if (wider == null || input.kind() != Kind.FINITE) {
      return round(conversion, input, nanBits, random);
    }
    int rounded = round(Conversion.cuda(wider).with(Overflow.INFINITY), input, nanBits, 0);
    return round(conversion, ExactValue.of(wider, rounded), nanBits, random);
  }

  private static int round(Conversion conversion, ExactValue value, int nanBits, int random) {
    return switch (value.kind()) {
      case NAN -> nanCode(conversion, value.negative(), nanBits);
      case INFINITE -> signed(conversion, value.negative(), infinityCode(conversion));
      case FINITE -> finiteCode(conversion, value.negative(), value.significand(), value.exponent(), random);
    };
  }

  private static int finiteCode(Conversion conversion, boolean negative, long significand, int exponent, int random) {
    FloatFormat format = conversion.format();
    boolean zero = significand == 0;
    if (!format.signed() && (negative || zero && !format.hasZero())) {
      switch (conversion.unsigned()) {
        case MAGNITUDE -> negative = false;
        case SMALLEST -> {
          return 0;
        }
        case NAN -> {
          return format.nanCode();
        }
      }
    }
    if (zero) {
      return conversion.zeroSign() == ZeroSign.KEEP && negative ? format.signMask() : 0;
    }
    return signed(conversion, negative, roundAndPack(conversion, negative, significand, exponent, random));
  }

  /** Rounds {@code significand * 2^exponent}, positive, to a magnitude code; {@code negative} matters to directed roundings. The only place that rounds. */
  private static int roundAndPack(Conversion conversion, boolean negative, long significand, int exponent, int random) {
    FloatFormat format = conversion.format();
    int m = format.mantissaBits();
    int leading = exponent + 63 - Long.numberOfLeadingZeros(significand);
    int binade = Math.max(leading, format.minExponent());
    int discarded = binade - m - exponent; // how many low bits of the significand lie below the last kept bit
    long kept;
    long rest; // the discarded part as a fraction of 2^62 with a sticky last bit: half is 2^61
    if (discarded <= 0) {
      kept = significand << -discarded;
      rest = 0;
    } else {
      kept = discarded > 62 ? 0 : significand >>> discarded;
      rest = fraction(significand - (discarded > 62 ? 0 : kept << discarded), discarded);
    }
    long code = ((long) (binade - format.minExponent()) << m) + kept - (format.hasZero() ? 0 : 1L << m);
    if (roundsAway(conversion, negative, code, rest, random)) {
      code++;
    }
    code = Math.max(code, 0); // a format without zero: everything below its smallest number becomes that
    return code > format.maxFiniteCode() ? overflowCode(conversion) : (int) code;
  }

  /** {@code remainder / 2^bits} as a multiple of 2^-62, the lowest bit set when anything was cut off. */
  private static long fraction(long remainder, int bits) {
    if (bits <= 62) {
      return remainder << (62 - bits);
    }
    int shift = bits - 62;
    long cut = shift > 62 ? 0 : remainder >>> shift;
    boolean sticky = shift > 62 ? remainder != 0 : cut << shift != remainder;
    return sticky ? cut | 1 : cut;
  }

  private static boolean roundsAway(Conversion conversion, boolean negative, long code, long rest, int random) {
    long half = 1L << 61;
    return switch (conversion.rounding()) {
      case NEAREST_EVEN -> rest > half || rest == half && (code & 1) != 0;
      case NEAREST_AWAY -> rest >= half;
      case NEAREST_TOWARD_ZERO -> rest > half;
      case TOWARD_ZERO -> false;
      case UP -> rest != 0 && !negative;
      case DOWN -> rest != 0 && negative;
      case STOCHASTIC -> (rest >>> (62 - conversion.randomBits())) + Integer.toUnsignedLong(random) >>> conversion.randomBits() != 0;
    };
  }

  private static int overflowCode(Conversion conversion) {
    FloatFormat format = conversion.format();
    return switch (conversion.overflow()) {
      case SATURATE, SATURATE_FINITE, SATURATE_FINITE_INFINITY_TO_ZERO -> format.maxFiniteCode();
      case NAN -> format.nanCode();
      case INFINITY -> format.infinityCode();
    };
  }

  private static int infinityCode(Conversion conversion) {
    FloatFormat format = conversion.format();
    if (conversion.overflow() == Overflow.SATURATE_FINITE_INFINITY_TO_ZERO) {
      return 0;
    }
    if (conversion.overflow() != Overflow.SATURATE_FINITE) {
      return overflowCode(conversion);
    }
    if (format.hasInfinity()) {
      return format.infinityCode();
    }
    if (format.hasNan()) {
      return format.nanCode();
    }
    throw new IllegalArgumentException("infinity: " + format + " has no code for it and the conversion saturates finite numbers only");
  }

  /** Puts the sign on the magnitude of an infinity or a finite number. */
  private static int signed(Conversion conversion, boolean negative, int magnitude) {
    FloatFormat format = conversion.format();
    if (!negative) {
      return magnitude;
    }
    if (format.signed()) {
      boolean droppedSign = magnitude == 0 && format.hasZero() && conversion.zeroSign() == ZeroSign.DROP;
      return droppedSign ? magnitude : magnitude | format.signMask();
    }
    return switch (conversion.unsigned()) {
      case MAGNITUDE -> magnitude;
      case SMALLEST -> 0;
      case NAN -> format.nanCode();
    };
  }

  private static int nanCode(Conversion conversion, boolean negative, int bits) {
    FloatFormat format = conversion.format();
    int sign = format.signMask();
    int ownSign = negative ? sign : 0;
    return switch (conversion.nan()) {
      case POSITIVE_MAX -> format.maxFiniteCode();
      case SIGNED_MAX -> format.maxFiniteCode() | ownSign;
      case ZERO -> 0;
      case NEGATED_ZERO -> sign ^ ownSign;
      case POSITIVE_NAN -> format.nanCode();
      case SIGNED_NAN -> format.nanCode() | ownSign;
      case NEGATIVE_NAN -> format.nanCode() | sign;
      case SIGNED_QUIET_NAN -> format.topCodes() == TopCodes.IEEE
          ? format.infinityCode() | 1 << (format.mantissaBits() - 1) | ownSign
          : format.nanCode() | ownSign;
      case UNTESTED -> untestedNan(format, bits) | ownSign;
      case REFUSE -> throw new IllegalArgumentException("NaN: the conversion to " + format + " refuses it");
    };
  }

  /** Rebias, add half less one and the parity bit, shift: what an integer rounding without a NaN test leaves in the low bits. */
  private static int untestedNan(FloatFormat format, int bits) {
    int shift = 23 - format.mantissaBits();
    int magnitude = bits & 0x7FFFFFFF;
    int odd = magnitude >>> shift & 1;
    int rebiased = magnitude + ((format.bias() - 127) << 23);
    return rebiased + (1 << (shift - 1)) - 1 + odd >>> shift & format.magnitudeMask();
  }
}
