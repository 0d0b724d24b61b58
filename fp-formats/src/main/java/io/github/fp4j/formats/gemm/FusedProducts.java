package io.github.fp4j.formats.gemm;

import io.github.fp4j.formats.gemm.AccumulationModel.Addend;
import io.github.fp4j.formats.gemm.AccumulationModel.Alignment;
import io.github.fp4j.formats.gemm.AccumulationModel.Cut;
import io.github.fp4j.formats.gemm.AccumulationModel.ZeroTerms;

/**
 * Fused sums of single products in 64-bit integers: the fp16, bf16, tf32, fp8 and mxf8f6f4 instructions. Rows with infinities or NaNs, and infinite or NaN C,
 * go to the reference. Allocates nothing otherwise.
 *
 * <p>A product's significand is below 2^22 and lies, as a number below 4, at 2^F: with F of at most 40 a sum of 2^16 of them stays below 2^59.
 */
final class FusedProducts implements DotProduct {
  private final DecodedOperand a;
  private final DecodedOperand b;
  private final AccumulatorType type;
  private final boolean nearest;
  private final int k;
  private final int products;
  private final int fractionBits;
  private final boolean zeroIgnored;
  private final DotProduct reference;

  FusedProducts(AccumulationModel model, GemmOperand a, GemmOperand b) {
    this.a = new DecodedOperand(a);
    this.b = new DecodedOperand(b);
    type = model.output().type();
    nearest = model.output().nearest();
    k = a.k();
    products = model.step().products();
    fractionBits = model.step().fractionBits();
    zeroIgnored = model.step().zeroTerms() == ZeroTerms.IGNORED;
    reference = new ReferenceDotProduct(model, a, b);
  }

  static boolean supports(AccumulationModel model) {
    AccumulationModel.Step step = model.step();
    return step.group() == 1
        && step.products() <= 1 << 16
        && step.alignment() == Alignment.FACTORS
        && step.cut() == Cut.TOWARD_ZERO
        && step.fractionBits() <= 40
        && model.addend().equals(Addend.FUSED);
  }

  @Override
  public int dot(int row, int column, int c) {
    if (!a.isFinite(row) || !b.isFinite(column) || type.isNan(c) || type.isInfinite(c)) {
      return reference.dot(row, column, c);
    }
    int bits = c;
    for (int at = 0; at < k && !type.isInfinite(bits); at += products) {
      bits = step(row * k + at, column * k + at, bits);
    }
    return bits;
  }

  private int step(int i, int j, int accumulator) {
    int significand = type.significand(accumulator);
    int largest = significand == 0 ? AccumulationModel.ZERO_EXPONENT : type.exponent(accumulator);
    for (int n = 0; n < products; n++) {
      boolean ignored = zeroIgnored && (a.significands[i + n] == 0 || b.significands[j + n] == 0);
      largest = Math.max(largest, ignored ? AccumulationModel.ZERO_EXPONENT : a.alignments[i + n] + b.alignments[j + n]);
    }
    int quantum = largest - fractionBits;
    long sum = cut(type.isNegative(accumulator) ? -significand : significand, type.quantum(accumulator) - quantum);
    for (int n = 0; n < products; n++) {
      long product = (long) a.significands[i + n] * b.significands[j + n];
      sum += cut(product, a.exponents[i + n] + b.exponents[j + n] - quantum);
    }
    return type.round(sum, quantum, nearest);
  }

  /** {@code value * 2^places} toward zero. */
  private static long cut(long value, int places) {
    if (places >= 0) {
      return value == 0 ? 0 : value << places;
    }
    int shift = Math.min(-places, 63);
    return value < 0 ? -(-value >> shift) : value >> shift;
  }
}
