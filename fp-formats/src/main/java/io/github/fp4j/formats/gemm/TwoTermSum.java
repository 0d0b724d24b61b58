package io.github.fp4j.formats.gemm;

/** The exact sum of two integers times powers of two, rounded once, in 128 bits. */
final class TwoTermSum {
  private static final int BITS = 62;

  private TwoTermSum() {}

  /** {@code x * 2^ex + y * 2^ey} rounded as by {@link AccumulatorType#round(long, int, boolean)}; both magnitudes below 2^62. */
  static int round(AccumulatorType type, long x, int ex, long y, int ey, boolean nearest) {
    if (x == 0 || y == 0) {
      return x == 0 ? type.round(y, ey, nearest) : type.round(x, ex, nearest);
    }
    int common = Math.min(ex, ey);
    if (length(x) + ex - common <= BITS && length(y) + ey - common <= BITS) {
      return type.round((x << ex - common) + (y << ey - common), common, nearest);
    }
    boolean xIsLarger = ex + length(x) >= ey + length(y);
    return xIsLarger ? roundOrdered(type, x, ex, y, ey, nearest) : roundOrdered(type, y, ey, x, ex, nearest);
  }

  private static int length(long value) {
    return 64 - Long.numberOfLeadingZeros(Math.abs(value));
  }

  /** The larger one lies left-justified in the high word; the other is shifted to it. */
  private static int roundOrdered(AccumulatorType type, long large, int largeExponent, long small, int smallExponent, boolean nearest) {
    int justify = BITS - length(large);
    long high = large << justify;
    int unit = largeExponent - justify - 64;
    int shift = smallExponent - unit;
    long low;
    if (shift >= 64) {
      low = 0;
      high += small << shift - 64;
    } else if (shift > 0) {
      low = small << shift;
      high += small >> 64 - shift;
    } else {
      low = jammed(small, -shift);
      high += low >> 63;
    }
    boolean negative = high < 0;
    if (negative) {
      high = ~high + (low == 0 ? 1 : 0);
      low = -low;
    }
    return roundMagnitude(type, negative, high, low, unit, nearest);
  }

  /**
   * {@code value / 2^places} toward zero, but away from it to the next integer's parity if anything was lost: the last bit is sticky. Only reached when the
   * other term is more than 2^64 times larger, so that no cancellation brings that bit near the result's last one.
   */
  private static long jammed(long value, int places) {
    long magnitude = Math.abs(value);
    long kept = places > 63 ? 0 : magnitude >>> places;
    boolean lost = places > 63 || kept << places != magnitude;
    long jammed = lost ? kept | 1 : kept;
    return value < 0 ? -jammed : jammed;
  }

  private static int roundMagnitude(AccumulatorType type, boolean negative, long high, long low, int unit, boolean nearest) {
    int length = high != 0 ? 128 - Long.numberOfLeadingZeros(high) : 64 - Long.numberOfLeadingZeros(low);
    int drop = Math.max(length - BITS, 0);
    long kept;
    boolean lost;
    if (drop == 0) {
      kept = low;
      lost = false;
    } else if (drop < 64) {
      kept = high << 64 - drop | low >>> drop;
      lost = low << 64 - drop != 0;
    } else {
      kept = high >>> drop - 64;
      lost = low != 0 || kept << drop - 64 != high;
    }
    long magnitude = lost ? kept | 1 : kept;
    return type.round(negative ? -magnitude : magnitude, unit + drop, nearest);
  }
}
