package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The order of summation over K, by masking: for each pair of k64 blocks, a large +M in one and -M in the other and a small u in all others. While M stands in a
 * partial sum, u's added to it vanish; those that D still has were added after the pair met, or in another partial sum. All rows of A are the same and all rows
 * of B are, so that every element of D answers the same probe.
 *
 * <p>M = 1.5 * 2^24 and u = 2^-9, in units of {@link MaskingProbe#unit}: each u added to -M moves it by one ulp, 2, under an accumulator that rounds toward zero, and by nothing under one that rounds
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
  private static final long MOST_BYTES = 1L << 30;

  private SummationVectors() {}

  /**
   * The suite with this name.
   *
   * @param name {@code gemm-k-order/FORMAT/MxNxK}, or with one part or none: NVFP4 and {@value #STANDARD} are what is left out
   */
  static VectorSuite of(String name, long seed) {
    String part = name.substring(Math.min(NAME.length() + 1, name.length()));
    int slash = part.indexOf('/');
    if (slash >= 0) {
      return of(name, format(part.substring(0, slash)), part.substring(slash + 1), seed);
    }
    boolean shape = part.isEmpty() || Character.isDigit(part.charAt(0));
    return of(name, shape ? OperandFormat.NVFP4 : format(part), shape && !part.isEmpty() ? part : STANDARD, seed);
  }

  private static OperandFormat format(String name) {
    return OperandFormat.byName(name)
        .orElseThrow(() -> new IllegalArgumentException(NAME + "/" + name + ": expected FORMAT/MxNxK, e.g. " + NAME + "/fp16/" + STANDARD));
  }

  private static VectorSuite of(String name, OperandFormat format, String shape, long seed) {
    MaskingProbe masks = MaskingProbe.of(format).orElseThrow(() -> new IllegalArgumentException(name + ": " + MaskingProbe.inapplicable(format)));
    Matcher matcher = SHAPE.matcher(shape);
    if (!matcher.matches()) {
      throw new IllegalArgumentException(name + ": expected MxNxK, e.g. " + NAME + "/" + STANDARD);
    }
    int m = Integer.parseInt(matcher.group(1));
    int n = Integer.parseInt(matcher.group(2));
    int k = Integer.parseInt(matcher.group(3));
    int blocks = k / STEP;
    if (k % STEP != 0 || blocks < 2 || blocks > MAX_BLOCKS) {
      throw new IllegalArgumentException(name + ": K = " + k + ": expected a multiple of " + STEP + " from 128 to " + MAX_BLOCKS * STEP);
    }
    long bytes = (long) blocks * (blocks - 1) / 2 * (m + n) * k * format.storedBits() / 8;
    if (bytes > MOST_BYTES) {
      throw new IllegalArgumentException(name + ": %,d bytes of operands: expected at most %,d".formatted(bytes, MOST_BYTES));
    }
    List<VectorCase> cases = new ArrayList<>();
    for (int first = 0; first < blocks; first++) {
      for (int second = first + 1; second < blocks; second++) {
        cases.add(probe(masks, m, n, k, first, second));
      }
    }
    return new ListedVectors(name, seed, cases, () -> new SummationOrder(blocks, n, masks.unit()));
  }

  private static VectorCase probe(MaskingProbe masks, int m, int n, int k, int first, int second) {
    GemmOperand a = masks.a(m, k, first, second);
    GemmOperand b = masks.b(n, k, first, second);
    String name = "+M in block %d, -M in block %d".formatted(first, second);
    return new VectorCase(name, new GemmQuestion(a, b, null).asked(), List.of(Tensor.ofFloats("d", new float[m * n], m, n)), null, null);
  }
}
