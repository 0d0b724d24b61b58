package io.github.fp4j.formats.gemm;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.gemm.AccumulationModel.Addend;
import io.github.fp4j.formats.gemm.AccumulationModel.Alignment;
import io.github.fp4j.formats.gemm.AccumulationModel.Output;

/**
 * Products of dequantised elements added one after the other in float32, any format. Allocates nothing.
 *
 * <p>A scaled element has at most 11 significant bits, so a product is exact in double and at most 22 bits long; the sum is rounded to double and then to
 * float, which is the same as at once (see {@link SequentialGroups}).
 */
final class SequentialProducts implements DotProduct {
  private final double[] a;
  private final double[] b;
  private final int k;

  SequentialProducts(GemmOperand a, GemmOperand b) {
    this.a = dequantised(a);
    this.b = dequantised(b);
    k = a.k();
  }

  static boolean supports(AccumulationModel model) {
    return model.step().products() == 1
        && model.step().alignment() == Alignment.EXACT
        && model.addend().equals(Addend.FUSED)
        && model.output().equals(Output.FP32_RNE);
  }

  private static double[] dequantised(GemmOperand operand) {
    FloatFormat element = operand.format().element();
    FloatFormat scale = operand.format().scale();
    double[] values = new double[operand.rows() * operand.k()];
    for (int at = 0; at < values.length; at++) {
      int row = at / operand.k();
      int index = at % operand.k();
      double factor = scale == null ? 1 : ReferenceCodec.decodeDouble(scale, operand.scale(row, index));
      values[at] = ReferenceCodec.decodeDouble(element, operand.code(row, index)) * factor;
    }
    return values;
  }

  @Override
  public int dot(int row, int column, int c) {
    float sum = Float.intBitsToFloat(c);
    int i = row * k;
    int j = column * k;
    for (int end = i + k; i < end; i++, j++) {
      sum = (float) (sum + (a[i] * b[j] + 0.0)); // + 0.0: a zero sum is +0
    }
    return Float.isNaN(sum) ? AccumulatorType.FP32.nan() : Float.floatToRawIntBits(sum);
  }
}
