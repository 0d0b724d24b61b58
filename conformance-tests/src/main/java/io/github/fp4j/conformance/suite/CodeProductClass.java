package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.Arrays;

/**
 * X4: all 256 pairs of E2M1 codes as k64 dot products with one element each in A and B, at all 64 x 64 pairs of positions, scaled by one. Where the positions
 * differ the result is +0, so that an element that meets the wrong partner shows.
 */
final class CodeProductClass implements CoverageClass {
  private static final int K = 64;
  private static final int CODES = 16;
  private static final byte ONE = 0x38;

  private final String model;

  CodeProductClass(String model) {
    this.model = model;
  }

  @Override
  public String suite() {
    return "X4";
  }

  @Override
  public String id() {
    return "X4/codes/" + model;
  }

  @Override
  public long cases() {
    return (long) CODES * CODES * K * K;
  }

  @Override
  public boolean exhaustive() {
    return true;
  }

  @Override
  public boolean appliesTo(Backend subject) {
    return subject.gemms().filter(kernels -> kernels.supports(model, OperandFormat.NVFP4, OperandFormat.NVFP4)).isPresent();
  }

  @Override
  public void run(Backend subject, Tally tally, Workers workers) {
    GemmOperand oneElement = oneElement();
    int rows = oneElement.rows();
    float[] right = new float[rows * rows];
    for (int i = 0; i < rows; i++) {
      for (int j = i / CODES * CODES; j < (i / CODES + 1) * CODES; j++) {
        right[i * rows + j] = value(i % CODES) * value(j % CODES) + 0f; // + 0: a zero sum is +0
      }
    }
    GemmProblem.whole("one element each: code row % 16 at row / 16", oneElement, oneElement, null, right)
        .put(subject.gemms().orElseThrow(), model, 0, tally);
  }

  /** Row i has code {@code i % 16} at position {@code i / 16}. */
  private static GemmOperand oneElement() {
    int rows = K * CODES;
    byte[] codes = new byte[rows * K / 2];
    byte[] scales = new byte[rows * K / 16];
    Arrays.fill(scales, ONE);
    for (int row = 0; row < rows; row++) {
      int position = row / CODES;
      codes[row * K / 2 + position / 2] = (byte) (row % CODES << 4 * (position & 1));
    }
    return new GemmOperand(OperandFormat.NVFP4, rows, K, codes, scales);
  }

  private static float value(int code) {
    return ReferenceCodec.decode(FloatFormat.E2M1, code);
  }
}
