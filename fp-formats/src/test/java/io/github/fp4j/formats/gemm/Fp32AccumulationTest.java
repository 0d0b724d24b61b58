package io.github.fp4j.formats.gemm;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.Parallelism;
import io.github.fp4j.backend.ReferenceBackend;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.block.FloatRows;
import org.junit.jupiter.api.Test;

class Fp32AccumulationTest {
  private static final GemmKernels KERNELS = ReferenceBackend.INSTANCE.gemms().orElseThrow();

  /** An independent statement of NVFP4's part: sequential-fp32 by its definition in exact arithmetic. */
  @Test
  void nvfp4IsTheSequentialModel() {
    RandomCases cases = new RandomCases(7);
    int compared = 0;
    for (int number = 0; number < 40; number++) {
      GemmOperand a = cases.operand(OperandFormat.NVFP4, 4, 64);
      GemmOperand b = cases.operand(OperandFormat.NVFP4, 4, 64);
      float[] c = new float[16];
      for (int i = 0; i < 16; i++) {
        c[i] = Float.intBitsToFloat(cases.c()) + 0f; // the sign of a zero C is the one difference
      }
      float[] d = new float[16];
      KERNELS.multiply(GemmKernels.FP32, a, b, c, d);
      Gemm definition = Gemm.reference(AccumulationModels.SEQUENTIAL_FP32, a, b);
      for (int i = 0; i < 16; i++) {
        int expected = definition.dot(i / 4, i % 4, AccumulatorType.FP32.fromFloat(c[i]));
        assertThat(Float.floatToRawIntBits(d[i])).isEqualTo(expected);
        compared++;
      }
    }
    assertThat(compared).isEqualTo(640);
  }

  @Test
  void roundsOncePerProductAndInOrder() {
    float[] a = {1, 0x1p-24f, 0x1p-24f, -1};
    float[] ones = {1, 1, 1, 1};
    assertThat(Fp32Accumulation.dot(a, 0, ones, 0, 4, 0)).as("both halves of an ulp lost").isZero();
    assertThat(Fp32Accumulation.dot(a, 1, ones, 1, 3, 1)).isZero();
    assertThat(Fp32Accumulation.dot(new float[] {1 + 0x1p-12f}, 0, new float[] {1 - 0x1p-12f}, 0, 1, -1)).as("fused").isEqualTo(-0x1p-24f);
    assertThat(Float.floatToRawIntBits(Fp32Accumulation.dot(new float[] {Float.NEGATIVE_INFINITY}, 0, new float[] {0}, 0, 1, 1))).isEqualTo(0x7FFFFFFF);
    assertThat(Float.floatToRawIntBits(Fp32Accumulation.dot(new float[] {0}, 0, new float[] {-1}, 0, 1, -0f))).isEqualTo(0x80000000);
  }

  @Test
  void operandsAreRestoredAsTheCodecsSay() {
    RandomCases cases = new RandomCases(9);
    for (OperandFormat format : OperandFormat.named()) {
      GemmOperand operand = cases.operand(format, 5, 64);
      float[] values = new float[5 * 64];
      OperandRows rows = new OperandRows(format);
      for (int row = 0; row < 5; row++) {
        rows.decode(operand, row, values, row * 64);
        for (int i = 0; i < 64; i++) {
          double element = ReferenceCodec.decodeDouble(format.element(), operand.code(row, i));
          double scale = format.scale() == null ? 1 : ReferenceCodec.decodeDouble(format.scale(), operand.scale(row, i) & format.scale().codeCount() - 1);
          assertThat(Float.floatToIntBits(values[row * 64 + i])).as("%s [%d, %d]", format, row, i).isEqualTo(Float.floatToIntBits((float) (element * scale)));
        }
      }
    }
  }

  @Test
  void alphaIsAppliedToTheAccumulator() {
    GemmOperand one = new GemmOperand(OperandFormat.NVFP4, 1, 16, new byte[] {2, 0, 0, 0, 0, 0, 0, 0}, new byte[] {0x38});
    float[] x = new float[16];
    x[0] = 1 + 0x1p-23f;
    float[] d = new float[1];
    KERNELS.multiply(GemmKernels.FP32, FloatRows.of(x, 1, 16), PackedWeights.of(one), 3, d, Parallelism.NONE);
    assertThat(d[0]).isEqualTo(3 * x[0]);
    KERNELS.multiply(GemmKernels.FP32, FloatRows.of(x, 1, 16), PackedWeights.of(one), Float.NaN, d, Parallelism.NONE);
    assertThat(Float.floatToRawIntBits(d[0])).isEqualTo(0x7FFFFFFF);
  }
}
