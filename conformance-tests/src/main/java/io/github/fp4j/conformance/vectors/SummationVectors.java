package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The order of summation over K, by masking: for each pair of k64 blocks, a large +M in one and -M in the other and a small u in all others. While M stands in a
 * partial sum, u's added to it vanish; those that D still has were added after the pair met, or in another partial sum. All rows of A are the same and all rows
 * of B are, so that every element of D answers the same probe.
 *
 * <p>M = 1.5 * 2^24 and u = 2^-9: each u added to -M moves it by one ulp, 2, under an accumulator that rounds toward zero, and by nothing under one that rounds
 * to nearest. D modulo 2, in units of u, is the number of u's left in either case, for at most {@link #MAX_BLOCKS} blocks.
 */
final class SummationVectors {
  static final String NAME = "gemm-k-order";
  static final float SMALL = 0x1p-9f;

  /** The largest K / 64: u's must fit below the ulp of M. */
  static final int MAX_BLOCKS = 256;

  private static final String STANDARD = "8x8x1024";
  private static final Pattern SHAPE = Pattern.compile("([1-9][0-9]{0,3})x([1-9][0-9]{0,3})x([1-9][0-9]{0,4})");
  private static final int STEP = 64;
  private static final int GROUP = 16;
  private static final long MOST_BYTES = 1L << 30;

  private SummationVectors() {}

  static VectorSuite of(long seed) {
    return of(STANDARD, seed);
  }

  /**
   * For products of one shape.
   *
   * @param shape {@code MxNxK}
   */
  static VectorSuite of(String shape, long seed) {
    Matcher matcher = SHAPE.matcher(shape);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(NAME + "/" + shape + ": expected MxNxK, e.g. " + NAME + "/" + STANDARD);
    }
    int m = Integer.parseInt(matcher.group(1));
    int n = Integer.parseInt(matcher.group(2));
    int k = Integer.parseInt(matcher.group(3));
    int blocks = k / STEP;
    if (k % STEP != 0 || blocks < 2 || blocks > MAX_BLOCKS) {
      throw new IllegalArgumentException(NAME + "/" + shape + ": K = " + k + ": expected a multiple of " + STEP + " from 128 to " + MAX_BLOCKS * STEP);
    }
    long bytes = (long) blocks * (blocks - 1) / 2 * (m + n) * (k / 2 + k / GROUP);
    if (bytes > MOST_BYTES) {
      throw new IllegalArgumentException(NAME + "/" + shape + ": %,d bytes of operands: expected at most %,d".formatted(bytes, MOST_BYTES));
    }
    List<VectorCase> cases = new ArrayList<>();
    for (int first = 0; first < blocks; first++) {
      for (int second = first + 1; second < blocks; second++) {
        cases.add(probe(m, n, k, first, second));
      }
    }
    String id = shape.equals(STANDARD) ? NAME : NAME + "/" + shape;
    return new ListedVectors(id, seed, cases, () -> new SummationOrder(blocks, n));
  }

  private static VectorCase probe(int m, int n, int k, int first, int second) {
    byte[] codesOfA = new byte[k / 2];
    byte[] codesOfB = new byte[k / 2];
    byte[] scalesOfA = new byte[k / GROUP];
    byte[] scalesOfB = new byte[k / GROUP];
    Arrays.fill(scalesOfA, (byte) 0x38);
    Arrays.fill(scalesOfB, (byte) 0x38);
    for (int block = 0; block < k / STEP; block++) {
      int byteAt = block * STEP / 2;
      int scaleAt = block * STEP / GROUP;
      if (block == first || block == second) {
        Arrays.fill(codesOfA, byteAt, byteAt + GROUP / 2, (byte) (block == first ? 0x77 : 0xFF)); // 16 * (6 * 4) = 384
        Arrays.fill(codesOfB, byteAt, byteAt + GROUP / 2, (byte) 0x66);
        scalesOfA[scaleAt] = 0x78; // 2^8
        scalesOfB[scaleAt] = 0x78;
      } else {
        codesOfA[byteAt] = 2; // 1 * 1 under 2^-9
        codesOfB[byteAt] = 2;
        scalesOfA[scaleAt] = 0x01;
      }
    }
    GemmOperand a = repeated(m, k, codesOfA, scalesOfA);
    GemmOperand b = repeated(n, k, codesOfB, scalesOfB);
    String name = "+M in block %d, -M in block %d".formatted(first, second);
    return new VectorCase(name, new GemmQuestion(a, b, null).question(), List.of(Tensor.ofFloats("d", new float[m * n], m, n)), null, null);
  }

  private static GemmOperand repeated(int rows, int k, byte[] codes, byte[] scales) {
    byte[] allCodes = new byte[rows * codes.length];
    byte[] allScales = new byte[rows * scales.length];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(codes, 0, allCodes, row * codes.length, codes.length);
      System.arraycopy(scales, 0, allScales, row * scales.length, scales.length);
    }
    return new GemmOperand(OperandFormat.NVFP4, rows, k, allCodes, allScales);
  }
}
