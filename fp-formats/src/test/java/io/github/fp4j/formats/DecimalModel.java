package io.github.fp4j.formats;

import java.math.BigDecimal;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;

/**
 * A third derivation of rounding, slow and independent of both others: the numbers of a format as exact decimals in a sorted map, the two that enclose an input,
 * and a comparison with their mean. NVIDIA's policies; only rounding and saturation vary.
 */
final class DecimalModel {
  private final Conversion conversion;
  private final NavigableMap<BigDecimal, Integer> codes = new TreeMap<>();
  private final int maxCode;

  /** Takes format, rounding and overflow (SATURATE, NAN or INFINITY) of {@code conversion}. */
  DecimalModel(Conversion conversion) {
    this.conversion = conversion;
    FloatFormat format = conversion.format();
    this.maxCode = format.maxFiniteCode();
    for (int code = 0; code <= maxCode + 1; code++) { // the last as if the exponents went on
      codes.put(number(format, code), code);
    }
  }

  private static BigDecimal number(FloatFormat format, int code) {
    int m = format.mantissaBits();
    int field = code >> m;
    int fraction = code - (field << m);
    boolean hidden = field > 0 || format.bottomCodes() == BottomCodes.NORMALS;
    int exponent = (hidden ? Math.max(field, format.bottomCodes() == BottomCodes.NORMALS ? 0 : 1) : 1) - format.bias() - m;
    return power(exponent).multiply(BigDecimal.valueOf(hidden ? fraction + (1 << m) : fraction));
  }

  private static BigDecimal power(int exponent) {
    return exponent >= 0 ? BigDecimal.TWO.pow(exponent) : new BigDecimal("0.5").pow(-exponent);
  }

  int encode(double value) {
    FloatFormat format = conversion.format();
    int sign = format.signed() && Math.copySign(1, value) < 0 ? 1 << (format.width() - 1) : 0;
    if (Double.isNaN(value)) {
      return format.hasNan() ? format.magnitudeMask() : maxCode;
    }
    if (Double.isInfinite(value)) {
      return beyond() | sign;
    }
    int code = magnitude(new BigDecimal(Math.abs(value)), value < 0 && format.signed());
    return (code > maxCode ? beyond() : code) | sign;
  }

  private int beyond() {
    return switch (conversion.overflow()) {
      case SATURATE -> maxCode;
      case NAN -> conversion.format().magnitudeMask();
      case INFINITY -> maxCode + 1;
      default -> throw new IllegalArgumentException("overflow = " + conversion.overflow());
    };
  }

  private int magnitude(BigDecimal value, boolean negative) {
    Map.Entry<BigDecimal, Integer> below = codes.floorEntry(value);
    Map.Entry<BigDecimal, Integer> above = codes.ceilingEntry(value);
    if (below == null) {
      return codes.firstEntry().getValue();
    }
    if (above == null || below.equals(above)) {
      return below.getValue();
    }
    int nearer = value.add(value).compareTo(below.getKey().add(above.getKey()));
    int even = below.getValue() % 2 == 0 ? below.getValue() : above.getValue();
    return switch (conversion.rounding()) {
      case NEAREST_EVEN -> nearer == 0 ? even : nearer < 0 ? below.getValue() : above.getValue();
      case NEAREST_AWAY -> nearer < 0 ? below.getValue() : above.getValue();
      case NEAREST_TOWARD_ZERO -> nearer <= 0 ? below.getValue() : above.getValue();
      case TOWARD_ZERO -> below.getValue();
      case UP -> negative ? below.getValue() : above.getValue();
      case DOWN -> negative ? above.getValue() : below.getValue();
      case STOCHASTIC -> throw new IllegalArgumentException("rounding = STOCHASTIC");
    };
  }
}
