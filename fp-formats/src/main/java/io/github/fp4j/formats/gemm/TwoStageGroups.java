package io.github.fp4j.formats.gemm;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.gemm.AccumulationModel.Alignment;
import io.github.fp4j.formats.gemm.AccumulationModel.Cut;
import io.github.fp4j.formats.gemm.AccumulationModel.Output;
import io.github.fp4j.formats.gemm.AccumulationModel.Stage;

/**
 * BEAM's two stages for NVFP4 in 64-bit integers: four groups aligned by their actual magnitudes, cut, summed; then the sum cut below C's exponent and added.
 * Every term is a multiple of 2^-20 and below 2^28. Allocates nothing.
 */
final class TwoStageGroups implements DotProduct {
  private static final AccumulatorType TYPE = AccumulatorType.FP32;

  /** Two UE4M3 scales are at least 2^-12 apart from their significands. */
  private static final int MIN_EXPONENT = 2 * FloatFormat.UE4M3.minExponent();

  private static final int UNIT = MIN_EXPONENT + E2m1Groups.UNIT;

  private final E2m1Groups a;
  private final E2m1Groups b;
  private final int fractionBits;
  private final int addendBits;

  TwoStageGroups(AccumulationModel model, GemmOperand a, GemmOperand b) {
    this.a = new E2m1Groups(a, false);
    this.b = new E2m1Groups(b, true);
    fractionBits = model.step().fractionBits();
    addendBits = model.addend().fractionBits();
  }

  static boolean supports(AccumulationModel model, GemmOperand a, GemmOperand b) {
    AccumulationModel.Step step = model.step();
    return a.format().equals(OperandFormat.NVFP4)
        && b.format().equals(OperandFormat.NVFP4)
        && step.products() == 64
        && step.group() == 16
        && step.alignment() == Alignment.NORMALISED
        && step.cut() == Cut.TOWARD_ZERO
        && model.addend().stage() == Stage.AFTER_STEP
        && model.output().equals(Output.FP32_RZ);
  }

  @Override
  public int dot(int row, int column, int c) {
    if (a.hasNan(row) || b.hasNan(column) || TYPE.isNan(c)) {
      return TYPE.nan();
    }
    int i = row * a.groups;
    int j = column * b.groups;
    int bits = c;
    for (int end = i + a.groups; i < end && !TYPE.isInfinite(bits); i += 4, j += 4) {
      bits = add(sum(i, j), bits);
    }
    return bits;
  }

  /** The first stage, in units of 2^UNIT. */
  private long sum(int i, int j) {
    long t0 = term(i, j);
    long t1 = term(i + 1, j + 1);
    long t2 = term(i + 2, j + 2);
    long t3 = term(i + 3, j + 3);
    long largest = Math.max(Math.max(Math.abs(t0), Math.abs(t1)), Math.max(Math.abs(t2), Math.abs(t3)));
    int places = Math.max(63 - Long.numberOfLeadingZeros(largest) - fractionBits, 0);
    return (cut(t0, places) + cut(t1, places) + cut(t2, places) + cut(t3, places)) << places;
  }

  private long term(int i, int j) {
    long term = a.term(i, b, j);
    return term == 0 ? 0 : term << a.exponents[i] + b.exponents[j] - MIN_EXPONENT;
  }

  private static long cut(long value, int places) {
    return value < 0 ? -(-value >> places) : value >> places;
  }

  private int add(long sum, int accumulator) {
    int significand = TYPE.significand(accumulator);
    if (significand == 0) {
      return TYPE.round(sum, UNIT, false);
    }
    int places = Math.clamp(TYPE.exponent(accumulator) - addendBits - UNIT, 0, 63);
    long cut = cut(sum, places) << places;
    return TwoTermSum.round(TYPE, cut, UNIT, TYPE.isNegative(accumulator) ? -significand : significand, TYPE.quantum(accumulator), false);
  }
}
