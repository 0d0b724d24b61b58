package io.github.fp4j.simd.gemm;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.Parallelism;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.AccumulatorType;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.math.BigDecimal;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.junit.jupiter.api.Test;

/** The correctly rounded product against the model's evaluator, for operands whose scales are close together, a few binades apart and anywhere. */
class ExactGemmTest {
  private static final String EXACT = AccumulationModels.EXACT_RNE.id();

  /** Codes and scales: {@code spread} is the number of successive scale codes, from about one on. */
  private static GemmOperand operand(OperandFormat format, long seed, int rows, int k, int spread) {
    SplittableRandom random = new SplittableRandom(seed);
    byte[] codes = new byte[rows * k / 2];
    random.nextBytes(codes);
    byte[] scales = new byte[rows * k / format.block()];
    int first = Math.min(format.block() == 16 ? 0x40 : 127, 255 - spread);
    for (int i = 0; i < scales.length; i++) {
      scales[i] = (byte) (first + random.nextInt(spread));
    }
    return new GemmOperand(format, rows, k, codes, scales);
  }

  @Test
  void everyElementIsCorrectlyRounded() {
    long outputs = 0;
    for (OperandFormat format : List.of(OperandFormat.NVFP4, OperandFormat.MXFP4)) {
      for (int spread : new int[] {1, 3, 6, 12, 24, 48}) {
        for (int[] shape : new int[][] {{1, 1, 64}, {9, 50, 320}, {3, 17, 1088}}) {
          GemmOperand a = operand(format, spread, shape[0], shape[2], spread);
          GemmOperand b = operand(format, 100 + spread, shape[1], shape[2], spread);
          float[] c = spread % 2 == 0 ? null : new Products(spread).addends(shape[0] * shape[1]);
          outputs += compare(a, b, c);
        }
      }
    }
    assertThat(outputs).isEqualTo(Products.widths().size() * 2L * 6 * (1 + 450 + 51));
  }

  private static int compare(GemmOperand a, GemmOperand b, float[] c) {
    float[] expected = new float[a.rows() * b.rows()];
    Products.REFERENCE.multiply(EXACT, a, b, c, expected);
    int outputs = 0;
    for (Backend width : Products.widths()) {
      float[] d = Products.poisoned(expected.length);
      GemmKernels gemms = width.gemms().orElseThrow();
      gemms.multiply(EXACT, a, b, c, d);
      assertThat(Products.bits(d)).as("%s %s", width.name(), a.format()).isEqualTo(Products.bits(expected));
      outputs += d.length;
    }
    return outputs;
  }

  /** Sixes under 2^8, and a last block under ever smaller scales: the unit shrinks, and with it what is certified. */
  @Test
  void sumsThatFloat32WouldRoundAreNotCertified() {
    int k = RowBounds.RUN;
    byte[] codes = new byte[k / 2];
    Arrays.fill(codes, (byte) 0x77); // sixes
    for (int last : new int[] {0x38, 0x20, 0x10, 0x08, 0x01}) {
      byte[] scales = new byte[k / 16];
      Arrays.fill(scales, (byte) 0x78); // 2^8
      scales[k / 16 - 1] = (byte) last;
      GemmOperand wide = new GemmOperand(OperandFormat.NVFP4, 1, k, codes, scales);
      compare(wide, wide, null);
      double[] norms = new double[2];
      new RowBounds(OperandFormat.NVFP4).measure(wide, 0, norms, 0);
      double unit = Math.scalb(1.0, last == 0x38 ? -1 : last == 0x20 ? -4 : last == 0x10 ? -6 : last == 0x08 ? -7 : -10); // half of the last scale
      assertThat(norms[0]).isBetween(Math.sqrt((k - 16) * 36.0) * 256 / unit, Math.sqrt(k * 36.0) * 256 / unit * (1 + 0x1p-30));
      assertThat(norms[1]).isEqualTo(norms[0]);
    }
  }

  @Test
  void usualOperandsAreCertified() {
    for (OperandFormat format : List.of(OperandFormat.NVFP4, OperandFormat.MXFP4)) {
      GemmOperand a = operand(format, 1, 1, 4096, format.block() == 16 ? 16 : 3); // two binades, three
      double[] norms = new double[RowBounds.runs(4096) + 1];
      new RowBounds(format).measure(a, 0, norms, 0);
      for (int run = 0; run < 16; run++) {
        assertThat(norms[run] * norms[run]).isLessThan(RowBounds.FLOAT_LIMIT);
      }
      assertThat(norms[16] * norms[16]).isLessThan(RowBounds.DOUBLE_LIMIT);
    }
  }

  @Test
  void nansAndScalesPastFloat32CertifyNothing() {
    for (int scale : new int[] {255, 254, 0}) { // NaN, 2^127, 2^-127
      GemmOperand one = new GemmOperand(OperandFormat.MXFP4, 1, 32, new byte[] {2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0}, new byte[] {(byte) scale});
      double[] norms = new double[2];
      new RowBounds(OperandFormat.MXFP4).measure(one, 0, norms, 0);
      assertThat(norms).containsOnly(Double.NaN);
      compare(one, one, null);
    }
  }

  @Test
  void threadsDoNotChangeABit() {
    GemmOperand a = operand(OperandFormat.NVFP4, 1, 20, 320, 20);
    GemmOperand b = operand(OperandFormat.NVFP4, 2, 150, 320, 20);
    float[] expected = new float[3000];
    Products.REFERENCE.multiply(EXACT, a, b, null, expected);
    try (ExecutorService pool = Executors.newFixedThreadPool(2)) {
      for (Backend width : Products.widths()) {
        float[] d = Products.poisoned(3000);
        width.gemms().orElseThrow().multiply(EXACT, a, b, null, d, new Parallelism(pool, 3));
        assertThat(Products.bits(d)).isEqualTo(Products.bits(expected));
      }
    }
  }

  @Test
  void sumsRoundOnce() {
    SplittableRandom random = new SplittableRandom(5);
    for (int i = 0; i < 20_000; i++) {
      float c = Float.intBitsToFloat(random.nextInt() & 0x807FFFFF | random.nextInt(100, 160) << 23);
      double sum = random.nextLong(-1L << 53, 1L << 53) * Math.scalb(1.0, random.nextInt(-90, 0));
      if (i % 4 == 0) { // exactly, or by a last bit not, between two floats
        sum = Math.scalb(Math.ulp(c), -1) * (random.nextInt(5) - 2) + (random.nextInt(3) - 1) * Math.scalb(Math.ulp(c), -40);
      }
      float expected = new BigDecimal(sum).add(new BigDecimal(c)).floatValue();
      assertThat(ExactRounding.add(sum, c)).as("%s + %s", sum, c).isEqualTo(expected);
    }
    assertThat(ExactRounding.add(0x1p24 + 1, 0x1p-60f)).as("above the tie").isEqualTo(0x1p24f + 2);
    assertThat(ExactRounding.add(0x1p24 + 1, -0x1p-60f)).as("below the tie").isEqualTo(0x1p24f);
    assertThat(ExactRounding.add(5, Float.NEGATIVE_INFINITY)).isEqualTo(Float.NEGATIVE_INFINITY);
    assertThat(Float.floatToRawIntBits(ExactRounding.add(5, Float.NaN))).isEqualTo(AccumulatorType.FP32.nan());
    assertThat(Float.floatToRawIntBits(ExactRounding.add(0, -0f))).isZero();
  }
}
