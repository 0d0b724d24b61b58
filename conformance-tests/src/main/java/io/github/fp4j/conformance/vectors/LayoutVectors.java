package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.gemm.Certificate;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;

/**
 * Where scales and codes lie. Products whose D is the matrix of one operand's scales: the other operand picks one block with each of its rows, and every scale is
 * one power of two out of a few, over as many products as give each scale a combination of its own. A product of identities for the codes. And the layouts
 * themselves, scale bytes numbered over two questions.
 */
final class LayoutVectors {
  static final String NAME = "layouts";

  private static final int[] ROWS = {1, 5, 33, 130};
  private static final int[] KS = {64, 192, 320};
  private static final int[][] MATRICES = {{1, 1}, {1, 4}, {7, 5}, {128, 4}, {130, 9}, {300, 12}};

  /** UE4M3 has 2^-6 to 2^8 as normal numbers; of UE8M0 as many are taken, so that no accumulator's width matters. */
  private static final int DIGITS = 15;

  private final List<VectorCase> cases = new ArrayList<>();

  private LayoutVectors() {}

  static VectorSuite of(long seed) {
    LayoutVectors suite = new LayoutVectors();
    for (OperandFormat format : CertifiedVectors.FORMATS) {
      for (int rows : ROWS) {
        for (int k : KS) {
          suite.addScales(format, rows, k, true);
          suite.addScales(format, rows, k, false);
        }
      }
      suite.addIdentity(format);
    }
    for (ScaleLayout layout : ScaleLayout.values()) {
      for (int[] matrix : MATRICES) {
        suite.addLayout(layout, matrix[0], matrix[1], 0);
        suite.addLayout(layout, matrix[0], matrix[1], 8);
      }
    }
    return new ListedVectors(NAME, seed, suite.cases);
  }

  private void addScales(OperandFormat format, int rows, int k, boolean ofA) {
    int blocks = k / format.block();
    GemmOperand picker = picker(format, blocks, k);
    int place = 1;
    for (int digit = 0; place < rows * blocks; digit++, place *= DIGITS) {
      byte[] scales = new byte[rows * blocks];
      for (int i = 0; i < scales.length; i++) {
        scales[i] = power(format, i / place % DIGITS);
      }
      byte[] codes = new byte[rows * k / 2];
      Arrays.fill(codes, (byte) 0x22); // ones
      GemmOperand asked = new GemmOperand(format, rows, k, codes, scales);
      add("%s, scales of %s, %d x %d, digit %d".formatted(format, ofA ? "A" : "B", rows, blocks, digit), ofA ? asked : picker, ofA ? picker : asked);
    }
    if (place == 1) {
      throw new IllegalStateException(rows + " x " + blocks + " scales need no digit");
    }
  }

  private static byte power(OperandFormat format, int digit) {
    FloatFormat scale = Objects.requireNonNull(format.scale());
    int exponent = digit + Math.max(scale.minExponent(), -6);
    return (byte) (exponent - scale.minExponent() + (scale.hasZero() ? 1 : 0) << scale.mantissaBits());
  }

  /** Row r has a one in block r; the other blocks are zeros. */
  private static GemmOperand picker(OperandFormat format, int blocks, int k) {
    byte[] codes = new byte[blocks * k / 2];
    byte[] scales = new byte[blocks * blocks];
    Arrays.fill(scales, power(format, 6)); // 2^0
    for (int row = 0; row < blocks; row++) {
      codes[(row * k + row * format.block()) / 2] = 2;
    }
    return new GemmOperand(format, blocks, k, codes, scales);
  }

  private void addIdentity(OperandFormat format) {
    int k = 64;
    byte[] codes = new byte[k * k / 2];
    for (int row = 0; row < k; row++) {
      codes[(row * k + row) / 2] = (byte) (2 << 4 * (row & 1));
    }
    byte[] scales = new byte[k * k / format.block()];
    Arrays.fill(scales, power(format, 6));
    GemmOperand identity = new GemmOperand(format, k, k, codes, scales);
    add(format + ", identity times identity", identity, identity);
  }

  private void add(String name, GemmOperand a, GemmOperand b) {
    float[] right = new float[a.rows() * b.rows()];
    Certificate certificate = new Certificate(a, b);
    for (int i = 0; i < right.length; i++) {
      if (certificate.exactness(i / b.rows(), i % b.rows(), 0) != Certificate.Exactness.PRODUCTS) {
        throw new IllegalStateException(name + ": not exact on every accumulator");
      }
      right[i] = dot(a, i / b.rows(), b, i % b.rows());
    }
    cases.add(VectorCase.whole(name, new GemmQuestion(a, b, null).question(), List.of(Tensor.ofFloats("d", right, a.rows(), b.rows()))));
  }

  private static float dot(GemmOperand a, int row, GemmOperand b, int column) {
    double sum = 0;
    for (int k = 0; k < a.k(); k++) {
      sum += value(a, row, k) * value(b, column, k);
    }
    return (float) sum;
  }

  private static double value(GemmOperand operand, int row, int k) {
    FloatFormat scale = Objects.requireNonNull(operand.format().scale());
    double element = ReferenceCodec.decodeDouble(operand.format().element(), operand.code(row, k));
    return element * ReferenceCodec.decodeDouble(scale, operand.scale(row, k));
  }

  private void addLayout(ScaleLayout layout, int rows, int columns, int shift) {
    byte[] linear = new byte[rows * columns];
    for (int i = 0; i < linear.length; i++) {
      linear[i] = (byte) (i + 1 >> shift); // 0 is the padding's
    }
    byte[] swizzled = new byte[layout.size(rows, columns)];
    layout.swizzle(rows, columns, linear, 0, swizzled, 0);
    List<String> arguments = List.of(layout.toString(), Integer.toString(rows), Integer.toString(columns));
    Question question = new Question(Operation.SWIZZLE, arguments, List.of(Tensor.ofBytes("scales", linear, rows, columns)));
    String name = "layout " + layout + ", " + (shift == 0 ? "low" : "high") + " bytes of numbers";
    cases.add(VectorCase.whole(name, question, List.of(Tensor.ofBytes("swizzled", swizzled, swizzled.length))));
  }
}
