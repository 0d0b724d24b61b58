package io.github.fp4j.formats.gemm;

import java.util.Arrays;

/**
 * The correctly rounded dot product of float32 numbers: the exact sum, in fixed point wide enough for every product, rounded to nearest even once. For operands that
 * {@link AccumulationModels#EXACT_RNE} takes it is that model, from a C of zero.
 *
 * <pre>
 * D = rne32(a[0] * b[0] + a[1] * b[1] + ... + a[K - 1] * b[K - 1])
 * </pre>
 *
 * <p>A sum of zero is +0; what rounds to zero keeps its sign. A NaN, infinity times zero, or infinite products of both signs give NaN, 0x7FFFFFFF; infinite products of
 * one sign that infinity; 2^128 less half an ulp and more, infinity. Subnormals count. Not for several threads at once; allocates nothing.
 *
 * @see <a href="https://doi.org/10.1007/978-3-7091-8577-6">Kulisch and Miranker, Computer Arithmetic in Theory and Practice</a>
 */
public final class ExactAccumulation {

  /** The exponent of the smallest subnormal's square: the unit of the sum. */
  private static final int UNIT = 2 * -149;

  private static final int LIMB = 32;
  private static final long MASK = 0xFFFF_FFFFL;

  /** 2 * (149 + 128) bits of a product, 31 for their number, and a sign. */
  private final long[] limbs = new long[19];

  /** Starts from zero. */
  public ExactAccumulation() {}

  /**
   * One dot product.
   *
   * @param k number of products, at most 2^30
   */
  public float dot(float[] a, int aOffset, float[] b, int bOffset, int k) {
    Arrays.fill(limbs, 0);
    float special = 0; // the sum of the products that are no numbers
    for (int i = 0; i < k; i++) {
      float x = a[aOffset + i];
      float y = b[bOffset + i];
      if (Float.isFinite(x) && Float.isFinite(y)) {
        add(x, y);
      } else {
        special += x * y;
      }
    }
    return special == 0 ? Float.intBitsToFloat(round()) : Fp32Accumulation.result(special);
  }

  private void add(float x, float y) {
    long product = significand(x) * significand(y);
    if (product == 0) {
      return;
    }
    int position = exponent(x) + exponent(y) - UNIT;
    int limb = position / LIMB;
    int shift = position % LIMB;
    long low = (product & MASK) << shift;
    long high = (product >>> LIMB) << shift;
    boolean negative = x < 0 != y < 0;
    put(limb, low & MASK, negative);
    put(limb + 1, (low >>> LIMB) + (high & MASK), negative);
    put(limb + 2, high >>> LIMB, negative);
  }

  /** Each limb takes less than 2^33 from a product: 2^30 of them fit. */
  private void put(int limb, long value, boolean negative) {
    limbs[limb] += negative ? -value : value;
  }

  private static long significand(float value) {
    int bits = Float.floatToRawIntBits(value) & 0x7FFFFFFF;
    return bits < 1 << 23 ? bits : bits & 0x7FFFFF | 0x800000;
  }

  private static int exponent(float value) {
    return Math.max(Math.getExponent(value), Float.MIN_EXPONENT) - 23;
  }

  private int round() {
    boolean negative = carry();
    if (negative) {
      for (int i = 0; i < limbs.length; i++) {
        limbs[i] = -limbs[i];
      }
      carry();
    }
    int top = limbs.length - 1;
    while (top > 0 && limbs[top] == 0) {
      top--;
    }
    // at least 33 bits, and a last one that is set if anything below is
    long value = limbs[top];
    int exponent = UNIT + LIMB * top;
    if (top > 0) {
      int room = Long.numberOfLeadingZeros(value) - 1;
      int taken = Math.min(room, LIMB);
      value = value << taken | limbs[top - 1] >>> LIMB - taken;
      exponent -= taken;
      boolean sticky = (limbs[top - 1] & (1L << LIMB - taken) - 1) != 0;
      for (int i = 0; i < top - 1 && !sticky; i++) {
        sticky = limbs[i] != 0;
      }
      value |= sticky ? 1 : 0;
    }
    return AccumulatorType.FP32.round(negative ? -value : value, exponent, true);
  }

  /** Leaves 32 bits in each limb; whether the sum is negative, the last limb then holding the sign. */
  private boolean carry() {
    long carried = 0;
    for (int i = 0; i < limbs.length - 1; i++) {
      long sum = limbs[i] + carried;
      limbs[i] = sum & MASK;
      carried = sum >> LIMB;
    }
    limbs[limbs.length - 1] += carried;
    return limbs[limbs.length - 1] < 0;
  }
}
