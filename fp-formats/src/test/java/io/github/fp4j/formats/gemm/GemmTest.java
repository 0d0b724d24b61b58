package io.github.fp4j.formats.gemm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.ReferenceBackend;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class GemmTest {

  @Test
  void multiplyAndPairwisePlaceEveryDotProduct() {
    RandomCases cases = new RandomCases(5);
    GemmOperand a = cases.operand(OperandFormat.NVFP4, 19, 128);
    GemmOperand b = cases.operand(OperandFormat.NVFP4, 19, 128);
    float[] c = new float[19 * 19];
    for (int i = 0; i < c.length; i++) {
      c[i] = i % 5 == 0 ? Float.intBitsToFloat(cases.c()) : i;
    }
    Gemm gemm = Gemm.of(AccumulationModels.NVFP4_GST_F35, a, b);
    int[] expected = IntStream.range(0, c.length).map(i -> gemm.dot(i / 19, i % 19, Float.floatToRawIntBits(c[i]))).toArray();
    float[] alone = new float[c.length];
    gemm.multiply(c, alone, Runnable::run);
    assertThat(bits(alone)).isEqualTo(expected);
    float[] together = new float[c.length];
    try (ExecutorService executor = Executors.newFixedThreadPool(3)) {
      gemm.multiply(c, together, executor);
    }
    assertThat(bits(together)).isEqualTo(expected);
    float[] pairs = new float[19];
    gemm.pairwise(null, pairs, Runnable::run);
    for (int row = 0; row < 19; row++) {
      assertThat(Float.floatToRawIntBits(pairs[row])).isEqualTo(gemm.dot(row, row, 0));
    }
  }

  @Test
  void everyNanIsTheModelsOwn() {
    GemmOperand zeros = new GemmOperand(OperandFormat.NVFP4, 1, 64, new byte[32], new byte[] {0, 0x7F, 0, 0});
    GemmOperand signed = new GemmOperand(OperandFormat.NVFP4, 1, 64, new byte[32], new byte[] {0, 0, 0, (byte) 0xFF});
    for (AccumulationModel model : AccumulationModels.all()) {
      if (model.supports(OperandFormat.NVFP4, OperandFormat.NVFP4)) {
        assertThat(Gemm.of(model, zeros, signed).dot(0, 0, 0)).as(model.id()).isEqualTo(0x7FFFFFFF);
        assertThat(Gemm.reference(model, zeros, signed).dot(0, 0, 0)).as(model.id()).isEqualTo(0x7FFFFFFF);
      }
    }
    byte[] half = new byte[32];
    half[1] = 0x7E; // fp16 NaN 0x7E00
    GemmOperand fp16 = new GemmOperand(OperandFormat.FP16, 1, 16, half, new byte[0]);
    float[] d = new float[1];
    Gemm.of(AccumulationModels.byId("blackwell-fp16-fp16"), fp16, fp16).multiply(null, d, Runnable::run);
    assertThat(Float.floatToRawIntBits(d[0])).isEqualTo(0x7FFFE000);
    assertThat(Gemm.of(AccumulationModels.byId("blackwell-fp16-fp16"), fp16, fp16).dot(0, 0, 0)).isEqualTo(0x7FFF);
  }

  /** Ada's and Hopper's fp8 accumulator: 1 + 2^-13 is kept, the next bit is not. */
  @Test
  void fp8AccumulatorsKeepThirteenBits() {
    byte[] one = new byte[32];
    one[0] = 0x38;
    byte[] small = new byte[32];
    small[0] = 0x01; // 2^-9
    GemmOperand a = new GemmOperand(OperandFormat.E4M3, 1, 32, small, new byte[0]);
    byte[] scaled = one.clone();
    scaled[0] = 0x18; // 2^-4
    GemmOperand b = new GemmOperand(OperandFormat.E4M3, 1, 32, scaled, new byte[0]);
    scaled = one.clone();
    scaled[0] = 0x10; // 2^-5
    GemmOperand half = new GemmOperand(OperandFormat.E4M3, 1, 32, scaled, new byte[0]);
    int c = Float.floatToRawIntBits(1);
    Gemm kept = Gemm.of(AccumulationModels.byId("hopper-fp8-fp32"), a, b);
    Gemm lost = Gemm.of(AccumulationModels.byId("hopper-fp8-fp32"), a, half);
    assertThat(kept.dot(0, 0, c)).isEqualTo(Float.floatToRawIntBits(1 + 0x1p-13f));
    assertThat(lost.dot(0, 0, c)).isEqualTo(c);
    assertThat(Gemm.of(AccumulationModels.byId("blackwell-fp8-fp32"), a, half).dot(0, 0, c)).isEqualTo(Float.floatToRawIntBits(1 + 0x1p-14f));
  }

  /** Zero times 2^127 beside 2^-15 * 2^-15: would the zero count with the exponents of its factors, -126 + 127, it would hide the other product. */
  @Test
  void zeroProductsDoNotHideSmallOnes() {
    GemmOperand a = bfloats(0x0000, 0x3800);
    GemmOperand b = bfloats(0x7F00, 0x3800);
    for (String id : new String[] {"hopper-bf16", "blackwell-bf16"}) {
      AccumulationModel model = AccumulationModels.byId(id);
      int expected = Float.floatToRawIntBits(0x1p-30f);
      assertThat(Gemm.of(model, a, b).dot(0, 0, 0)).as(id + " fast").isEqualTo(expected);
      assertThat(Gemm.reference(model, a, b).dot(0, 0, 0)).as(id + " reference").isEqualTo(expected);
      assertThat(new BruteForce(model, a, b).dot(0, 0, 0)).as(id + " fractions").isEqualTo(expected);
      AccumulationModel.Step step = model.step();
      AccumulationModel.Step counting =
          new AccumulationModel.Step(step.products(), 1, step.alignment(), step.fractionBits(), step.cut(), AccumulationModel.ZeroTerms.COUNT);
      AccumulationModel other = new AccumulationModel("counting", "1", "test", model.operands(), counting, model.addend(), model.output());
      assertThat(Gemm.of(other, a, b).dot(0, 0, 0)).isZero();
      assertThat(Gemm.reference(other, a, b).dot(0, 0, 0)).isZero();
      assertThat(new BruteForce(other, a, b).dot(0, 0, 0)).isZero();
    }
  }

  private static GemmOperand bfloats(int... first) {
    byte[] codes = new byte[32];
    for (int i = 0; i < first.length; i++) {
      codes[2 * i] = (byte) first[i];
      codes[2 * i + 1] = (byte) (first[i] >> 8);
    }
    return new GemmOperand(OperandFormat.BF16, 1, 16, codes, new byte[0]);
  }

  @Test
  void theReferenceBackendComputesEveryModel() {
    GemmKernels kernels = ReferenceBackend.INSTANCE.gemms().orElseThrow();
    assertThat(kernels.supports("nvfp4-gst-f35", OperandFormat.NVFP4, OperandFormat.NVFP4)).isTrue();
    assertThat(kernels.supports("nvfp4-gst-f35", OperandFormat.MXFP4, OperandFormat.MXFP4)).isFalse();
    assertThat(kernels.supports(GemmKernels.OWN, OperandFormat.NVFP4, OperandFormat.NVFP4)).isFalse();
    Discriminator v3 = Discriminators.all().get(2);
    float[] d = {Float.NaN};
    kernels.multiply("nvfp4-gst-f35", v3.a(), v3.b(), null, d);
    assertThat(Float.floatToRawIntBits(d[0])).isEqualTo(0x36800000);
  }

  @Test
  void errorsSayWhatWouldBeRight() {
    GemmOperand short96 = new GemmOperand(OperandFormat.NVFP4, 1, 96, new byte[48], new byte[6]);
    GemmOperand mx = new GemmOperand(OperandFormat.MXFP4, 1, 64, new byte[32], new byte[2]);
    AccumulationModel f35 = AccumulationModels.NVFP4_GST_F35;
    assertThatThrownBy(() -> Gemm.of(f35, short96, short96))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("k = 96 is not a multiple of 64, one step of nvfp4-gst-f35: pad A and B with zero codes and zero scales to K = 128");
    assertThatThrownBy(() -> Gemm.of(f35, mx, mx))
        .hasMessage("model nvfp4-gst-f35 does not take mxfp4 x mxfp4: expected two of nvfp4 with the same scales");
    assertThatThrownBy(() -> new GemmOperand(OperandFormat.NVFP4, 2, 64, new byte[63], new byte[8]))
        .hasMessage("codes = 63 bytes: expected 64 for 2 rows of k = 64 nvfp4");
    assertThatThrownBy(() -> new GemmOperand(OperandFormat.NVFP4, 1, 40, new byte[20], new byte[2]))
        .hasMessage("k = 40 is not a positive multiple of 16, which nvfp4 needs");
    assertThatThrownBy(() -> AccumulationModels.byId("f99")).hasMessageStartingWith("unknown model \"f99\": expected one of nvfp4-gst-f35, ");
    Gemm gemm = Gemm.of(AccumulationModels.MXF4, mx, mx);
    assertThatThrownBy(() -> gemm.multiply(new float[2], new float[1], Runnable::run)).hasMessage("c has 2 elements: expected 1");
    assertThatThrownBy(() -> gemm.multiply(null, new float[0], Runnable::run)).hasMessage("d has 0 elements: expected 1");
  }

  @Test
  void idsAreUniqueAndFoundAgain() {
    assertThat(AccumulationModels.all()).hasSize(42).extracting(AccumulationModel::id).doesNotHaveDuplicates();
    for (AccumulationModel model : AccumulationModels.all()) {
      assertThat(AccumulationModels.byId(model.id())).isSameAs(model);
      assertThat(model.id()).matches("[a-z0-9-]+");
    }
  }

  private static int[] bits(float[] values) {
    return IntStream.range(0, values.length).map(i -> Float.floatToRawIntBits(values[i])).toArray();
  }
}
