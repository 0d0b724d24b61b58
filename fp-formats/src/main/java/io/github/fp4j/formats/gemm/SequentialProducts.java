package io.github.fp4j.formats.gemm;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.gemm.AccumulationModel.Addend;
import io.github.fp4j.formats.gemm.AccumulationModel.Alignment;
import io.github.fp4j.formats.gemm.AccumulationModel.Output;
import java.util.Arrays;

/**
 * Products of dequantised elements added one after the other in float32, any format. Allocates nothing.
 *
 * <p>A scaled element has at most 11 significant bits, so a product is exact in double and at most 22 bits long. Where all products lie in float's normal
 * range they are floats, and the sums are float additions. Else a sum is rounded to double and then to float, which is the same as at once (see
 * {@link SequentialGroups}), at three times the latency.
 */
final class SequentialProducts implements DotProduct {
  private final double[] a;
  private final double[] b;
  private final int k;
  private final boolean productsAreFloats;

  SequentialProducts(GemmOperand a, GemmOperand b) {
    this.a = dequantised(a);
    this.b = dequantised(b);
    k = a.k();
    productsAreFloats = smallest(this.a) * smallest(this.b) >= Float.MIN_NORMAL && largest(this.a) * largest(this.b) <= Float.MAX_VALUE;
  }

  private static double smallest(double[] values) {
    return Arrays.stream(values).map(Math::abs).filter(value -> value != 0).min().orElse(1);
  }

  private static double largest(double[] values) {
    return Arrays.stream(values).map(Math::abs).max().orElse(1); // NaN if there is one
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
    float c0 = Float.intBitsToFloat(c);
    float sum = productsAreFloats ? sumOfFloats(row * k, column * k, c0) : sumOfDoubles(row * k, column * k, c0);
    return Float.isNaN(sum) ? AccumulatorType.FP32.nan() : Float.floatToRawIntBits(sum);
  }

  private float sumOfFloats(int i, int j, float c) {
    float sum = c;
    for (int n = 0; n < k; n++) {
      sum += (float) (a[i + n] * b[j + n] + 0.0); // + 0.0: a zero sum is +0
    }
    return sum;
  }

  private float sumOfDoubles(int i, int j, float c) {
    float sum = c;
    for (int n = 0; n < k; n++) {
      sum = (float) (sum + (a[i + n] * b[j + n] + 0.0));
    }
    return sum;
  }
}
