package io.github.fp4j.formats;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A narrow floating-point format as data: everything else is derived from these facts.
 *
 * <p>A code is sign, exponent field and mantissa field from the top bit down, in the low {@link #width()} bits of an int. Among codes of one sign a larger
 * code is a larger magnitude, so that {@code code + 1} is the next number.
 *
 * @param name the field's name, lower case, e.g. {@code e4m3}
 * @param exponentBits width of the exponent field, 1..8
 * @param mantissaBits width of the stored mantissa, 0..21
 * @param bias exponent bias; every number of the format must be a float32, so smallest and largest exponents are limited to -149 and 127
 * @param signed whether the top bit is a sign
 * @param topCodes what the largest exponent field means
 * @param bottomCodes what exponent field 0 means
 */
public record FloatFormat(
    String name, int exponentBits, int mantissaBits, int bias, boolean signed, TopCodes topCodes, BottomCodes bottomCodes) {

  /** OCP MX v1.0, table 5: no infinity, no NaN, maximum 6. */
  public static final FloatFormat E2M1 = ieeeLike("e2m1", 2, 1, true, TopCodes.NUMBERS);

  /** OCP MX v1.0, table 4: no infinity, no NaN, maximum 7.5. */
  public static final FloatFormat E2M3 = ieeeLike("e2m3", 2, 3, true, TopCodes.NUMBERS);

  /** OCP MX v1.0, table 3: no infinity, no NaN, maximum 28. */
  public static final FloatFormat E3M2 = ieeeLike("e3m2", 3, 2, true, TopCodes.NUMBERS);

  /** OCP FP8 v1.0 E4M3 ("FN"): no infinity, S.1111.111 is NaN, maximum 448. */
  public static final FloatFormat E4M3 = ieeeLike("e4m3", 4, 3, true, TopCodes.SINGLE_NAN);

  /** E4M3 with IEEE 754 infinities and NaNs, maximum 240 (Gaudi 2). */
  public static final FloatFormat E4M3_IEEE = ieeeLike("e4m3-ieee", 4, 3, true, TopCodes.IEEE);

  /** E4M3 without the sign bit, the scale of NVFP4: seven bits, 0x7F is NaN, maximum 448. Stored in a byte whose top bit is ignored (cuBLASLt). */
  public static final FloatFormat UE4M3 = ieeeLike("ue4m3", 4, 3, false, TopCodes.SINGLE_NAN);

  /** OCP FP8 v1.0 E5M2: IEEE 754 infinities and NaNs, maximum 57344. */
  public static final FloatFormat E5M2 = ieeeLike("e5m2", 5, 2, true, TopCodes.IEEE);

  /** Unsigned E5M3, a scale format of the FP4 training papers: 0xFF is NaN, maximum 114688. */
  public static final FloatFormat UE5M3 = ieeeLike("ue5m3", 5, 3, false, TopCodes.SINGLE_NAN);

  /** OCP MX v1.0, section 5.4.1, E8M0: 2^(code - 127), no zero, 0xFF is NaN. */
  public static final FloatFormat UE8M0 = new FloatFormat("ue8m0", 8, 0, 127, false, TopCodes.SINGLE_NAN, BottomCodes.NORMALS);

  /** Brain floating point: the upper half of a float32. */
  public static final FloatFormat BF16 = ieeeLike("bf16", 8, 7, true, TopCodes.IEEE);

  /** IEEE 754 binary16. */
  public static final FloatFormat FP16 = ieeeLike("fp16", 5, 10, true, TopCodes.IEEE);

  private static final List<FloatFormat> NAMED =
      List.of(E2M1, E2M3, E3M2, E4M3, E4M3_IEEE, UE4M3, E5M2, UE5M3, UE8M0, BF16, FP16);

  private static final Pattern EXMY = Pattern.compile("(u?)e([1-8])m([0-9]|1[0-9]|2[01])");

  public FloatFormat {
    require(exponentBits >= 1 && exponentBits <= 8, "exponentBits", exponentBits, "1..8");
    require(mantissaBits >= 0 && mantissaBits <= 21, "mantissaBits", mantissaBits, "0..21");
    int lowest = (bottomCodes == BottomCodes.NORMALS ? 0 : 1) - bias - mantissaBits;
    int highest = (1 << exponentBits) - 1 - bias - (topCodes == TopCodes.IEEE || mantissaBits == 0 && topCodes == TopCodes.SINGLE_NAN ? 1 : 0);
    require(lowest >= -149 && highest <= 127, "bias", bias, "one that keeps every number within float32's range");
  }

  private static void require(boolean holds, String argument, int value, String expected) {
    if (!holds) {
      throw new IllegalArgumentException(argument + " = " + value + ": expected " + expected);
    }
  }

  private static FloatFormat ieeeLike(String name, int exponentBits, int mantissaBits, boolean signed, TopCodes topCodes) {
    int bias = (1 << (exponentBits - 1)) - 1;
    return new FloatFormat(name, exponentBits, mantissaBits, bias, signed, topCodes, BottomCodes.ZERO_AND_SUBNORMALS);
  }

  /**
   * Any signed ExMy with the IEEE 754 bias 2^(x-1) - 1, zero and subnormals, and numbers up to the top code, as the format sweeps of the training papers use
   * them. With 8 exponent bits the top exponent is IEEE's (its numbers would not be float32 values).
   */
  public static FloatFormat exMy(int exponentBits, int mantissaBits) {
    TopCodes top = exponentBits == 8 ? TopCodes.IEEE : TopCodes.NUMBERS;
    require(exponentBits >= 1 && exponentBits <= 8, "exponentBits", exponentBits, "1..8");
    return ieeeLike("e" + exponentBits + "m" + mantissaBits, exponentBits, mantissaBits, true, top);
  }

  /** The formats that have a constant here, in the order of the documentation. */
  public static List<FloatFormat> named() {
    return NAMED;
  }

  /**
   * The constant with this name (case is ignored; {@code e8m0} and {@code e4m3fn} are understood), or else {@link #exMy} for a name such as {@code e3m4};
   * a leading {@code u} there makes it unsigned.
   */
  public static Optional<FloatFormat> byName(String name) {
    String wanted =
        switch (name.toLowerCase(Locale.ROOT)) {
          case "e8m0" -> "ue8m0";
          case "e4m3fn" -> "e4m3";
          case "e2m1fn" -> "e2m1";
          case "f16", "half" -> "fp16";
          case "bfloat16" -> "bf16";
          case String other -> other;
        };
    for (FloatFormat format : NAMED) {
      if (format.name.equals(wanted)) {
        return Optional.of(format);
      }
    }
    Matcher matcher = EXMY.matcher(wanted);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    FloatFormat format = exMy(Integer.parseInt(matcher.group(2)), Integer.parseInt(matcher.group(3)));
    return Optional.of(matcher.group(1).isEmpty() ? format : format.asUnsigned());
  }

  private FloatFormat asUnsigned() {
    return new FloatFormat("u" + name, exponentBits, mantissaBits, bias, false, topCodes, bottomCodes);
  }

  /** Bits of one code, sign included. */
  public int width() {
    return (signed ? 1 : 0) + magnitudeBits();
  }

  /** Bits of one code without the sign. */
  public int magnitudeBits() {
    return exponentBits + mantissaBits;
  }

  /** Number of codes: 2^width. */
  public int codeCount() {
    return 1 << width();
  }

  /** The sign bit's place value in a code, 0 for an unsigned format. */
  public int signMask() {
    return signed ? 1 << magnitudeBits() : 0;
  }

  /** The bits of a code that are not the sign. */
  public int magnitudeMask() {
    return (1 << magnitudeBits()) - 1;
  }

  /** Exponent of the smallest binade: of the subnormals and the smallest normal numbers together, or of code 0. */
  public int minExponent() {
    return (bottomCodes == BottomCodes.NORMALS ? 0 : 1) - bias;
  }

  /** The positive code of the largest finite number. */
  public int maxFiniteCode() {
    return switch (topCodes) {
      case NUMBERS -> magnitudeMask();
      case SINGLE_NAN -> magnitudeMask() - 1;
      case IEEE -> magnitudeMask() - (1 << mantissaBits);
    };
  }

  /** The largest finite number. */
  public float maxFinite() {
    return ReferenceCodec.decode(this, maxFiniteCode());
  }

  /** The smallest positive number. */
  public float minPositive() {
    return ReferenceCodec.decode(this, hasZero() ? 1 : 0);
  }

  public boolean hasZero() {
    return bottomCodes == BottomCodes.ZERO_AND_SUBNORMALS;
  }

  public boolean hasNan() {
    return topCodes == TopCodes.SINGLE_NAN || topCodes == TopCodes.IEEE && mantissaBits > 0;
  }

  public boolean hasInfinity() {
    return topCodes == TopCodes.IEEE;
  }

  /** The positive NaN with every mantissa bit set. */
  public int nanCode() {
    if (!hasNan()) {
      throw new IllegalStateException(name + " has no NaN");
    }
    return magnitudeMask();
  }

  /** The positive infinity. */
  public int infinityCode() {
    if (!hasInfinity()) {
      throw new IllegalStateException(name + " has no infinity");
    }
    return maxFiniteCode() + 1;
  }

  /** Whether {@code code} is a NaN; bits above {@link #width()} are ignored. */
  public boolean isNan(int code) {
    int magnitude = code & magnitudeMask();
    return magnitude > maxFiniteCode() && !isInfinite(code);
  }

  /** Whether {@code code} is an infinity; bits above {@link #width()} are ignored. */
  public boolean isInfinite(int code) {
    return hasInfinity() && (code & magnitudeMask()) == maxFiniteCode() + 1;
  }

  @Override
  public String toString() {
    return name;
  }
}
