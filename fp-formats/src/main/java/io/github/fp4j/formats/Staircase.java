package io.github.fp4j.formats;

import java.util.Arrays;

/**
 * A conversion from float32 as what it is, a staircase: the bit patterns where the code changes. Derived from the values of the codes and the midpoints between
 * them, without {@link ReferenceCodec}'s arithmetic, so that the two check each other; and quick to lay over billions of consecutive inputs.
 *
 * <p>Covers every conversion that is deterministic, rounds once and tests for NaN.
 */
public final class Staircase {
  private static final int INFINITY_BITS = 0x7F800000;

  private final Conversion conversion;
  private int[] starts = new int[64]; // unsigned, ascending
  private int[] codes = new int[64];
  private int size;

  private Staircase(Conversion conversion) {
    this.conversion = conversion;
  }

  /** Whether {@link #of} can draw {@code conversion}. */
  public static boolean covers(Conversion conversion) {
    FloatFormat format = conversion.format();
    boolean infinityHasCode = conversion.overflow() != Overflow.SATURATE_FINITE || format.hasInfinity() || format.hasNan();
    return infinityHasCode
        && !conversion.isStochastic()
        && conversion.preRounding() == null
        && conversion.nan() != NanPolicy.UNTESTED
        && conversion.nan() != NanPolicy.REFUSE
        && format.width() <= 16;
  }

  /**
   * The staircase of {@code conversion}.
   *
   * @throws IllegalArgumentException if the conversion is not {@linkplain #covers covered}
   */
  public static Staircase of(Conversion conversion) {
    if (!covers(conversion)) {
      throw new IllegalArgumentException(conversion + ": expected a deterministic conversion that rounds once and has a code for every NaN and infinity");
    }
    Staircase staircase = new Staircase(conversion);
    staircase.build(false);
    staircase.build(true);
    return staircase;
  }

  /** Number of steps: runs of consecutive bit patterns with one code. */
  public int size() {
    return size;
  }

  /** The first float32 bit pattern of step {@code step}; patterns ascend as unsigned integers, positive numbers first. */
  public int start(int step) {
    return starts[step];
  }

  /** The code of step {@code step}. */
  public int code(int step) {
    return codes[step];
  }

  /** The step that {@code bits}, a float32 bit pattern, stands on. */
  public int stepOf(int bits) {
    int low = 0;
    int high = size - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (Integer.compareUnsigned(starts[middle], bits) <= 0) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  /** The low eight bits of the codes of {@code length} consecutive bit patterns from {@code firstBits} on (unsigned, wrapping after the last). */
  public void fill(int firstBits, byte[] into, int offset, int length) {
    int step = stepOf(firstBits);
    long bits = Integer.toUnsignedLong(firstBits);
    long end = bits + length;
    int at = offset;
    while (bits < end) {
      long next = step + 1 < size ? Integer.toUnsignedLong(starts[step + 1]) : 1L << 32;
      int run = (int) (Math.min(next, end) - bits);
      Arrays.fill(into, at, at + run, (byte) codes[step]);
      at += run;
      bits += run;
      if (++step == size) {
        step = 0;
        end -= 1L << 32;
        bits -= 1L << 32;
      }
    }
  }

  private void build(boolean negative) {
    FloatFormat format = conversion.format();
    int signBit = negative ? 1 << 31 : 0;
    add(signBit, zeroCode(negative));
    add(signBit | 1, finiteCode(negative, 0));
    for (int code = 0; code <= format.maxFiniteCode(); code++) {
      int start = firstBitsAbove(code, negative);
      if (start < INFINITY_BITS) {
        add(signBit | start, code == format.maxFiniteCode() ? overflowCode(negative) : finiteCode(negative, code + 1));
      }
    }
    add(signBit | INFINITY_BITS, infinityCode(negative));
    add(signBit | INFINITY_BITS + 1, nanCode(negative));
  }

  private void add(int start, int code) {
    if (size > 0 && starts[size - 1] == start) {
      codes[size - 1] = code; // a code that no float reaches
    } else if (size == 0 || codes[size - 1] != code) {
      if (size == starts.length) {
        starts = Arrays.copyOf(starts, 2 * size);
        codes = Arrays.copyOf(codes, 2 * size);
      }
      starts[size] = start;
      codes[size++] = code;
    }
  }

  /** The first float32 magnitude that goes to {@code code + 1} rather than to {@code code}. */
  private int firstBitsAbove(int code, boolean negative) {
    double lower = value(code);
    double upper = value(code + 1);
    double middle = (lower + upper) / 2;
    boolean upperIsEven = (code + 1 & 1) == 0;
    boolean dropped = negative && !conversion.format().signed() && conversion.unsigned() == UnsignedPolicy.MAGNITUDE;
    boolean downward = negative && !dropped;
    return switch (conversion.rounding()) {
      case NEAREST_EVEN -> upperIsEven ? atOrAbove(middle) : above(middle);
      case NEAREST_AWAY -> atOrAbove(middle);
      case NEAREST_TOWARD_ZERO -> above(middle);
      case TOWARD_ZERO -> atOrAbove(upper);
      case UP -> downward ? atOrAbove(upper) : above(lower);
      case DOWN -> downward ? above(lower) : atOrAbove(upper);
      case STOCHASTIC -> throw new IllegalStateException("stochastic rounding has no staircase");
    };
  }

  private static int atOrAbove(double threshold) {
    float nearest = (float) threshold;
    return Float.floatToRawIntBits(nearest < threshold ? Math.nextUp(nearest) : nearest);
  }

  private static int above(double threshold) {
    float nearest = (float) threshold;
    return Float.floatToRawIntBits(nearest <= threshold ? Math.nextUp(nearest) : nearest);
  }

  /** The magnitude of a code as if the numbers went on through the top codes and beyond. */
  private double value(int code) {
    FloatFormat format = conversion.format();
    int m = format.mantissaBits();
    int field = code >> m;
    double fraction = (code & (1 << m) - 1) / (double) (1 << m);
    boolean subnormal = field == 0 && format.hasZero();
    return subnormal ? Math.scalb(fraction, 1 - format.bias()) : Math.scalb(1 + fraction, field - format.bias());
  }

  private int zeroCode(boolean negative) {
    FloatFormat format = conversion.format();
    if (format.signed()) {
      return negative && conversion.zeroSign() == ZeroSign.KEEP ? format.signMask() : 0;
    }
    return conversion.unsigned() == UnsignedPolicy.NAN && (negative || !format.hasZero()) ? format.nanCode() : 0;
  }

  private int finiteCode(boolean negative, int magnitude) {
    FloatFormat format = conversion.format();
    if (!negative || magnitude == 0 && format.hasZero() && conversion.zeroSign() == ZeroSign.DROP && format.signed()) {
      return magnitude;
    }
    if (format.signed()) {
      return magnitude | format.signMask();
    }
    return switch (conversion.unsigned()) {
      case MAGNITUDE -> magnitude;
      case SMALLEST -> 0;
      case NAN -> format.nanCode();
    };
  }

  private int overflowCode(boolean negative) {
    FloatFormat format = conversion.format();
    return finiteCode(
        negative,
        switch (conversion.overflow()) {
          case NAN -> format.nanCode();
          case INFINITY -> format.infinityCode();
          default -> format.maxFiniteCode();
        });
  }

  private int infinityCode(boolean negative) {
    FloatFormat format = conversion.format();
    return switch (conversion.overflow()) {
      case SATURATE, NAN, INFINITY -> overflowCode(negative);
      case SATURATE_FINITE -> finiteCode(negative, format.hasInfinity() ? format.infinityCode() : format.nanCode());
      case SATURATE_FINITE_INFINITY_TO_ZERO -> finiteCode(negative, 0);
    };
  }

  private int nanCode(boolean negative) {
    FloatFormat format = conversion.format();
    int sign = format.signMask();
    int own = negative ? sign : 0;
    return switch (conversion.nan()) {
      case POSITIVE_MAX -> format.maxFiniteCode();
      case SIGNED_MAX -> format.maxFiniteCode() | own;
      case ZERO -> 0;
      case NEGATED_ZERO -> sign ^ own;
      case POSITIVE_NAN -> format.nanCode();
      case SIGNED_NAN -> format.nanCode() | own;
      case NEGATIVE_NAN -> format.nanCode() | sign;
      case SIGNED_QUIET_NAN -> quietNan(format) | own;
      case UNTESTED, REFUSE -> throw new IllegalStateException(conversion.nan() + " has no single code");
    };
  }

  private static int quietNan(FloatFormat format) {
    return format.hasInfinity() ? format.infinityCode() | 1 << (format.mantissaBits() - 1) : format.nanCode();
  }
}
