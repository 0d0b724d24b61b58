package io.github.fp4j.simd.gemm;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.Parallelism;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import io.github.fp4j.formats.gemm.PackedWeights;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** Correctly rounded products of activations on every width, against sums in fixed point. */
class ExactActivationsTest {

  @Test
  void everyElementIsCorrectlyRounded() {
    long outputs = 0;
    for (OperandFormat format : List.of(OperandFormat.NVFP4, OperandFormat.MXFP4, OperandFormat.MXFP8_E4M3)) {
      for (int[] shape : Products.SHAPES) {
        Products products = new Products(shape[1]);
        FloatRows a = products.activations(shape[0], shape[2]);
        PackedWeights b = PackedWeights.of(products.operand(format, shape[1], shape[2]));
        outputs += compare(a, b, 0.75f);
      }
    }
    assertThat(outputs).isEqualTo(Products.widths().size() * 3L * (1 + 64 + 83 + 34 + 390 + 196 + 297 + 19 * 97 + 24 + 1040));
  }

  private static int compare(FloatRows a, PackedWeights b, float alpha) {
    float[] expected = new float[a.rows() * b.rows()];
    Products.REFERENCE.multiply(GemmKernels.EXACT, a, b, alpha, expected, Parallelism.NONE);
    int outputs = 0;
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      for (Backend width : Products.widths()) {
        float[] d = Products.poisoned(expected.length);
        width.gemms().orElseThrow().multiply(GemmKernels.EXACT, a, b, alpha, d, new Parallelism(pool, 1 + outputs % 3));
        assertThat(Products.bits(d)).as("%s %s", width.name(), b.format()).isEqualTo(Products.bits(expected));
        outputs += d.length;
      }
    }
    return outputs;
  }

  /** One and half an ulp, with what breaks the tie sixty binades below: the float64 sum cannot see it, and must not answer. */
  @Test
  void tiesThatFloat64CannotSeeAreLeftToFixedPoint() {
    byte[] codes = new byte[8];
    Arrays.fill(codes, (byte) 0x22); // ones
    GemmOperand ones = new GemmOperand(OperandFormat.NVFP4, 1, 16, codes, new byte[] {0x38});
    float[] values = new float[16];
    values[0] = 1;
    values[1] = 0x1p-24f;
    float[] expected = {1, 1 + 0x1p-23f, 1};
    float[] breakers = {0, 0x1p-84f, -0x1p-84f};
    for (int i = 0; i < 3; i++) {
      values[2] = breakers[i];
      FloatRows a = FloatRows.of(values.clone(), 1, 16);
      assertThat(compare(a, PackedWeights.of(ones), 1)).isEqualTo(Products.widths().size());
      float[] d = new float[1];
      Products.REFERENCE.multiply(GemmKernels.EXACT, a, PackedWeights.of(ones), 1, d, Parallelism.NONE);
      assertThat(d[0]).isEqualTo(expected[i]);
    }
  }
}
