package io.github.fp4j.simd.gemm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.Parallelism;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import io.github.fp4j.formats.gemm.PackedWeights;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import org.junit.jupiter.api.Test;

/** Every width against the scalar loop, bit for bit. */
class SimdGemmsTest {
  private static final List<OperandFormat> WEIGHTS = List.of(OperandFormat.NVFP4, OperandFormat.MXFP4, OperandFormat.MXFP8_E4M3);

  @Test
  void activationsTimesPackedWeights() {
    long outputs = 0;
    for (OperandFormat format : WEIGHTS) {
      for (int[] shape : Products.SHAPES) {
        Products products = new Products(shape[1]);
        FloatRows a = products.activations(shape[0], shape[2]);
        PackedWeights b = PackedWeights.of(products.operand(format, shape[1], shape[2]));
        float[] expected = new float[shape[0] * shape[1]];
        Products.REFERENCE.multiply(GemmKernels.FP32, a, b, -1.5f, expected, Parallelism.NONE);
        for (Backend width : Products.widths()) {
          float[] d = Products.poisoned(expected.length);
          gemms(width).multiply(GemmKernels.FP32, a, b, -1.5f, d, Parallelism.NONE);
          assertThat(Products.bits(d)).as("%s %s %s", width.name(), format, List.of(shape[0], shape[1], shape[2])).isEqualTo(Products.bits(expected));
          outputs += d.length;
        }
      }
    }
    assertThat(outputs).isEqualTo(Products.widths().size() * 3L * (1 + 64 + 83 + 34 + 390 + 196 + 297 + 19 * 97 + 24 + 1040));
  }

  @Test
  void packedOperandsOfAnyTwoFormats() {
    List<List<OperandFormat>> pairs =
        List.of(
            List.of(OperandFormat.NVFP4, OperandFormat.NVFP4), List.of(OperandFormat.MXFP4, OperandFormat.MXFP4),
            List.of(OperandFormat.BF16, OperandFormat.NVFP4), List.of(OperandFormat.MXFP8_E4M3, OperandFormat.MXFP4),
            List.of(OperandFormat.NVFP4, OperandFormat.E2M1), List.of(OperandFormat.FP16, OperandFormat.TF32),
            List.of(OperandFormat.E5M2, OperandFormat.MXFP6_E3M2));
    int number = 0;
    int timesPacked = 0;
    for (List<OperandFormat> pair : pairs) {
      for (int[] shape : Products.SHAPES) {
        Products products = new Products(shape[1]);
        GemmOperand a = products.operand(pair.get(0), shape[0], shape[2]);
        GemmOperand b = products.operand(pair.get(1), shape[1], shape[2]);
        float[] c = number++ % 2 == 0 ? null : products.addends(shape[0] * shape[1]);
        float[] expected = new float[shape[0] * shape[1]];
        Products.REFERENCE.multiply(GemmKernels.FP32, a, b, c, expected);
        for (Backend width : Products.widths()) {
          float[] d = Products.poisoned(expected.length);
          gemms(width).multiply(GemmKernels.FP32, a, b, c, d);
          assertThat(Products.bits(d)).as("%s %s %s", width.name(), pair, List.of(shape[0], shape[1], shape[2])).isEqualTo(Products.bits(expected));
          if (PackedWeights.supports(b.format())) {
            float[] packed = Products.poisoned(expected.length);
            gemms(width).multiply(GemmKernels.FP32, a, PackedWeights.of(b), c, packed, Parallelism.NONE);
            assertThat(Products.bits(packed)).as("%s %s, packed", width.name(), pair).isEqualTo(Products.bits(expected));
            timesPacked++;
          }
        }
      }
    }
    assertThat(number).isEqualTo(70);
    assertThat(timesPacked).isEqualTo(Products.widths().size() * 50);
  }

  @Test
  void anyNumberOfThreadsGivesTheSameBits() {
    Products products = new Products(1);
    PackedWeights weights = PackedWeights.of(products.operand(OperandFormat.NVFP4, 203, 96));
    GemmOperand a = products.operand(OperandFormat.NVFP4, 37, 96);
    GemmOperand b = weights.unpacked();
    float[] expected = new float[37 * 203];
    Products.REFERENCE.multiply(GemmKernels.FP32, a, b, null, expected);
    FloatRows row = products.activations(1, 96);
    float[] expectedRow = new float[203];
    Products.REFERENCE.multiply(GemmKernels.FP32, row, weights, 1, expectedRow, Parallelism.NONE);
    try (ExecutorService pool = Executors.newFixedThreadPool(3)) {
      for (Backend width : Products.widths()) {
        for (int threads : new int[] {1, 2, 3, 64}) {
          float[] d = Products.poisoned(expected.length);
          gemms(width).multiply(GemmKernels.FP32, a, b, null, d, new Parallelism(pool, threads));
          assertThat(Products.bits(d)).as("%s, %d threads", width.name(), threads).isEqualTo(Products.bits(expected));
          float[] one = Products.poisoned(203);
          gemms(width).multiply(GemmKernels.FP32, row, weights, 1, one, new Parallelism(pool, threads));
          assertThat(Products.bits(one)).as("%s, one row, %d threads", width.name(), threads).isEqualTo(Products.bits(expectedRow));
        }
      }
    }
  }

  /** Late helpers find nothing to do, and a refused one is not missed. */
  @Test
  void anExecutorThatDoesNothingOnlyCostsSpeed() {
    Products products = new Products(2);
    GemmOperand a = products.operand(OperandFormat.MXFP4, 5, 64);
    GemmOperand b = products.operand(OperandFormat.MXFP4, 101, 64);
    float[] expected = new float[5 * 101];
    Products.REFERENCE.multiply(GemmKernels.FP32, a, b, null, expected);
    for (Backend width : Products.widths()) {
      float[] idle = new float[expected.length];
      gemms(width).multiply(GemmKernels.FP32, a, b, null, idle, new Parallelism(task -> {}, 4));
      assertThat(Products.bits(idle)).isEqualTo(Products.bits(expected));
      float[] refused = new float[expected.length];
      Parallelism refusing = new Parallelism(task -> { throw new RejectedExecutionException(); }, 4);
      gemms(width).multiply(GemmKernels.FP32, a, b, null, refused, refusing);
      assertThat(Products.bits(refused)).isEqualTo(Products.bits(expected));
    }
  }

  @Test
  void publishedModelsComeAsTheyAre() {
    Products products = new Products(3);
    GemmOperand a = products.operand(OperandFormat.NVFP4, 3, 128);
    GemmOperand b = products.operand(OperandFormat.NVFP4, 5, 128);
    for (String model : List.of("nvfp4-gst-f35", "beam-34-28", "exact-rne", "sequential-fp32")) {
      float[] expected = new float[15];
      Products.REFERENCE.multiply(model, a, b, null, expected);
      for (Backend width : Products.widths()) {
        assertThat(gemms(width).supports(model, OperandFormat.NVFP4, OperandFormat.NVFP4)).isTrue();
        float[] d = Products.poisoned(15);
        gemms(width).multiply(model, a, b, null, d);
        assertThat(Products.bits(d)).as("%s %s", width.name(), model).isEqualTo(Products.bits(expected));
      }
    }
  }

  @Test
  void theOtherModelsTakePackedWeightsToo() {
    Products products = new Products(5);
    GemmOperand a = products.operand(OperandFormat.NVFP4, 3, 128);
    GemmOperand b = products.operand(OperandFormat.NVFP4, 21, 128);
    for (String model : List.of("nvfp4-gst-f35", GemmKernels.EXACT)) {
      float[] expected = new float[63];
      Products.REFERENCE.multiply(model, a, b, null, expected);
      for (Backend width : Products.widths()) {
        float[] d = Products.poisoned(63);
        gemms(width).multiply(model, a, PackedWeights.of(b), null, d, Parallelism.NONE);
        assertThat(Products.bits(d)).as("%s %s", width.name(), model).isEqualTo(Products.bits(expected));
      }
    }
  }

  /** The candidates of a search in any order, some twice. */
  @Test
  void chosenRowsAreScoredAsInTheWholeProduct() {
    Products products = new Products(6);
    for (OperandFormat format : WEIGHTS) {
      PackedWeights all = PackedWeights.of(products.operand(format, 83, 160));
      FloatRows query = products.activations(1, 160);
      float[] scores = new float[83];
      Products.REFERENCE.multiply(GemmKernels.FP32, query, all, 2, scores, Parallelism.NONE);
      for (int first : new int[] {0, 1, 40}) {
        int[] rows = new int[18];
        float[] expected = new float[18];
        for (int i = 0; i < 18; i++) {
          rows[i] = (first + 37 * (i / 2)) % 83;
          expected[i] = scores[rows[i]];
        }
        PackedWeights candidates = all.gather(rows);
        for (Backend width : Products.widths()) {
          float[] d = Products.poisoned(18);
          gemms(width).multiply(GemmKernels.FP32, query, candidates, 2, d, Parallelism.NONE);
          assertThat(Products.bits(d)).as("%s %s", width.name(), format).isEqualTo(Products.bits(expected));
        }
      }
    }
  }

  @Test
  void zeroRowsAreNoWork() {
    GemmOperand none = new GemmOperand(OperandFormat.NVFP4, 0, 64, new byte[0], new byte[0]);
    for (Backend width : Products.widths()) {
      gemms(width).multiply(GemmKernels.FP32, none, none, null, new float[0]);
      gemms(width).multiply(GemmKernels.FP32, FloatRows.of(new float[64], 1, 64), PackedWeights.of(none), 1, new float[0], Parallelism.NONE);
    }
  }

  @Test
  void errorsSayWhatWouldBeRight() {
    Products products = new Products(4);
    GemmOperand a = products.operand(OperandFormat.NVFP4, 2, 64);
    GemmOperand b = products.operand(OperandFormat.NVFP4, 3, 96);
    PackedWeights weights = PackedWeights.of(b);
    FloatRows x = products.activations(2, 64);
    for (Backend width : Products.widths()) {
      GemmKernels gemms = gemms(width);
      assertThatThrownBy(() -> gemms.multiply(GemmKernels.FP32, a, b, null, new float[6]))
          .isInstanceOf(IllegalArgumentException.class).hasMessage("k = 64 of A, 96 of B: expected the same");
      assertThatThrownBy(() -> gemms.multiply(GemmKernels.FP32, x, weights, 1, new float[6], Parallelism.NONE))
          .hasMessage("k = 64 of A, 96 of B: expected the same");
      assertThatThrownBy(() -> gemms.multiply(GemmKernels.FP32, a, a, null, new float[3])).hasMessage("d has 3 elements: expected 4");
      assertThatThrownBy(() -> gemms.multiply(GemmKernels.FP32, a, a, new float[5], new float[4])).hasMessage("c has 5 elements: expected 4");
      String model = AccumulationModels.NVFP4_GST_F35.id();
      assertThatThrownBy(() -> gemms.multiply(model, products.activations(2, 96), weights, 1, new float[6], Parallelism.NONE))
          .hasMessage("model = nvfp4-gst-f35 with activations and nvfp4 weights: expected fp32 or exact-rne, and e2m1 or e4m3 elements in blocks of 16 or 32");
    }
  }

  private static GemmKernels gemms(Backend width) {
    return width.gemms().orElseThrow();
  }
}
