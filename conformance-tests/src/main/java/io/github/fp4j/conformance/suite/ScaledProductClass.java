package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.gemm.AccumulatorType;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.Arrays;
import java.util.stream.IntStream;

/**
 * X4: all 256 pairs of E2M1 codes with all 65536 pairs of UE4M3 scale bytes, as k64 dot products of which one product is not zero. Its value has at most 12
 * significant bits and is at least 2^-8 of the power of two that its scales stand for, so that every accumulator must deliver it exactly.
 *
 * <p>A is ordered by code, then scale; B by scale, then code: scales that are switched between the operands show.
 */
final class ScaledProductClass implements CoverageClass {
  private static final int K = 64;
  private static final int CODES = 16;
  private static final int SCALES = 256;
  private static final float NAN = Float.intBitsToFloat(AccumulatorType.FP32.nan());

  /** B's scale bytes in a sample: zero, the ends of the subnormals and normals, one, NaN, and the ignored top bit. */
  private static final int[] SAMPLE = {0x00, 0x01, 0x07, 0x08, 0x38, 0x55, 0x7E, 0x7F, 0xB9};

  private final String model;
  private final int[] scalesOfB;

  /** @param exhaustive all scales of B; else nine of them with all of A */
  ScaledProductClass(String model, boolean exhaustive) {
    this.model = model;
    this.scalesOfB = exhaustive ? IntStream.range(0, SCALES).toArray() : SAMPLE;
  }

  @Override
  public String suite() {
    return "X4";
  }

  @Override
  public String id() {
    return "X4/scales/" + model;
  }

  @Override
  public long cases() {
    return (long) CODES * SCALES * CODES * scalesOfB.length;
  }

  @Override
  public boolean exhaustive() {
    return scalesOfB.length == SCALES;
  }

  @Override
  public boolean appliesTo(Backend subject) {
    return subject.gemms().filter(kernels -> kernels.supports(model, OperandFormat.NVFP4, OperandFormat.NVFP4)).isPresent();
  }

  /** A piece is all of A under one code. */
  @Override
  public void run(Backend subject, Tally tally, Workers workers) throws Exception {
    GemmKernels kernels = subject.gemms().orElseThrow();
    GemmOperand b = operandB();
    workers.share(CODES, () -> code -> {
      GemmOperand a = operandA(code);
      String name = "code 0x%x under scale byte row, times code column %% 16 under B's scale %s column / 16".formatted(code, exhaustive() ? "byte" : "number");
      GemmProblem.whole(name, a, b, null, right(code)).put(kernels, model, (long) code * SCALES * b.rows(), tally);
    });
  }

  /** Row i has {@code code} everywhere, under scale i. */
  private static GemmOperand operandA(int code) {
    byte[] codes = new byte[SCALES * K / 2];
    byte[] scales = new byte[SCALES * K / 16];
    Arrays.fill(codes, (byte) (code | code << 4));
    for (int i = 0; i < scales.length; i++) {
      scales[i] = (byte) (i / (K / 16));
    }
    return new GemmOperand(OperandFormat.NVFP4, SCALES, K, codes, scales);
  }

  /** Row j has code {@code j % 16} at one position, under scale number {@code j / 16}, whose number is the position. */
  private GemmOperand operandB() {
    int rows = scalesOfB.length * CODES;
    byte[] codes = new byte[rows * K / 2];
    byte[] scales = new byte[rows * K / 16];
    for (int row = 0; row < rows; row++) {
      int position = row / CODES % K;
      codes[row * K / 2 + position / 2] = (byte) (row % CODES << 4 * (position & 1));
    }
    for (int i = 0; i < scales.length; i++) {
      scales[i] = (byte) scalesOfB[i / (K / 16) / CODES];
    }
    return new GemmOperand(OperandFormat.NVFP4, rows, K, codes, scales);
  }

  private float[] right(int code) {
    int columns = scalesOfB.length * CODES;
    double[] b = new double[columns];
    Arrays.setAll(b, column -> element(column % CODES) * scale(scalesOfB[column / CODES]));
    float[] right = new float[SCALES * columns];
    for (int row = 0; row < SCALES; row++) {
      double a = element(code) * scale(row);
      for (int column = 0; column < columns; column++) {
        double product = a * b[column];
        right[row * columns + column] = Double.isNaN(product) ? NAN : (float) (product + 0.0); // + 0: a zero sum is +0
      }
    }
    return right;
  }

  private static double element(int code) {
    return ReferenceCodec.decodeDouble(FloatFormat.E2M1, code);
  }

  private static double scale(int code) {
    return ReferenceCodec.decodeDouble(FloatFormat.UE4M3, code & FloatFormat.UE4M3.codeCount() - 1);
  }
}
