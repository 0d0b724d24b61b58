package io.github.fp4j.formats.gemm;

import io.github.fp4j.formats.gemm.AccumulationModel.Addend;
import io.github.fp4j.formats.gemm.AccumulationModel.Alignment;
import io.github.fp4j.formats.gemm.AccumulationModel.Cut;
import io.github.fp4j.formats.gemm.AccumulationModel.Output;
import io.github.fp4j.formats.gemm.AccumulationModel.ZeroTerms;

/**
 * The k64 instructions in 64-bit integers: four groups of 16 and C aligned by the factors' exponents, cut, summed, truncated to float32. Allocates nothing.
 *
 * <p>A term is below 2^19 in units of 2^-8, C below 2^24 in units of 2^-23: with F of at most 38 no sum reaches 2^53, so that conversion to double normalises
 * it exactly.
 */
final class FusedGroups implements DotProduct {
  private static final int NAN = AccumulatorType.FP32.nan();

  private final E2m1Groups a;
  private final E2m1Groups b;
  private final int fractionBits;
  private final boolean zeroIgnored;
  private final boolean floor;

  FusedGroups(AccumulationModel model, GemmOperand a, GemmOperand b) {
    this.a = new E2m1Groups(a, false);
    this.b = new E2m1Groups(b, true);
    fractionBits = model.step().fractionBits();
    zeroIgnored = model.step().zeroTerms() == ZeroTerms.IGNORED;
    floor = model.step().cut() == Cut.FLOOR;
  }

  static boolean supports(AccumulationModel model, GemmOperand a, GemmOperand b) {
    AccumulationModel.Step step = model.step();
    return E2m1Groups.supports(a.format())
        && E2m1Groups.supports(b.format())
        && step.products() == 64
        && step.group() == 16
        && step.alignment() == Alignment.FACTORS
        && step.fractionBits() >= 23
        && step.fractionBits() <= 38
        && step.cut() != Cut.NEAREST_EVEN
        && model.addend().equals(Addend.FUSED)
        && model.output().equals(Output.FP32_RZ);
  }

  @Override
  public int dot(int row, int column, int c) {
    if (a.hasNan(row) || b.hasNan(column) || AccumulatorType.FP32.isNan(c)) {
      return NAN;
    }
    int i = row * a.groups;
    int j = column * b.groups;
    int bits = c;
    for (int end = i + a.groups; i < end && !AccumulatorType.FP32.isInfinite(bits); i += 4, j += 4) {
      bits = step(i, j, bits);
    }
    return bits;
  }

  /** Four groups from {@code i} and {@code j} on, and the accumulator. */
  private int step(int i, int j, int accumulator) {
    long t0 = a.term(i, b, j);
    long t1 = a.term(i + 1, b, j + 1);
    long t2 = a.term(i + 2, b, j + 2);
    long t3 = a.term(i + 3, b, j + 3);
    int e0 = exponent(t0, i, j);
    int e1 = exponent(t1, i + 1, j + 1);
    int e2 = exponent(t2, i + 2, j + 2);
    int e3 = exponent(t3, i + 3, j + 3);
    int field = accumulator >>> 23 & 0xFF;
    long significand = accumulator & 0x7FFFFF | (field == 0 ? 0 : 0x800000);
    int exponentOfC = Math.max(field, 1) - 127;
    int largest = Math.max(Math.max(Math.max(e0, e1), Math.max(e2, e3)), exponentOfC);
    int shift = fractionBits + E2m1Groups.UNIT;
    long sum = cut((accumulator < 0 ? -significand : significand) << fractionBits - 23, largest - exponentOfC)
        + (cut(t0 << shift, largest - e0) + cut(t1 << shift, largest - e1))
        + (cut(t2 << shift, largest - e2) + cut(t3 << shift, largest - e3));
    return truncate(sum, largest - fractionBits);
  }

  private int exponent(long term, int i, int j) {
    return zeroIgnored && term == 0 ? AccumulationModel.ZERO_EXPONENT : a.exponents[i] + b.exponents[j];
  }

  private long cut(long value, int places) {
    int shift = Math.min(places, 63);
    long sign = floor ? 0 : value >> 63;
    return ((value ^ sign) - sign >> shift ^ sign) - sign; // the magnitude is shifted, or the value itself for floor
  }

  private static int truncate(long sum, int exponent) {
    long bits = Double.doubleToRawLongBits((double) sum);
    int field = (int) (bits >>> 52 & 0x7FF) - 1023 + 127 + exponent;
    if (sum == 0 || field <= 0 || field >= 255) {
      return AccumulatorType.FP32.round(sum, exponent, false);
    }
    return (int) (bits >>> 32) & 0x80000000 | field << 23 | (int) (bits >>> 29) & 0x7FFFFF;
  }
}
