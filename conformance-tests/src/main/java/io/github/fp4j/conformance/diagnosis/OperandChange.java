package io.github.fp4j.conformance.diagnosis;

import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.gemm.GemmOperand;
import java.util.Objects;
import java.util.function.IntUnaryOperator;

/** What goes wrong between memory and the multiplier: one operand as a faulty device reads it. */
public final class OperandChange {
  private static final int SIGN = 8;

  private OperandChange() {}

  /** Where element or scale ({@code row}, {@code column}) is read: an index of the array that should be read row after row, or beyond it. */
  @FunctionalInterface
  interface Place {
    int of(int row, int column);
  }

  /** Elements read from elsewhere; beyond the array they are zero. */
  static GemmOperand elements(GemmOperand operand, Place place) {
    int[] elements = new int[operand.rows() * operand.k()];
    for (int row = 0; row < operand.rows(); row++) {
      for (int i = 0; i < operand.k(); i++) {
        int from = place.of(row, i);
        elements[row * operand.k() + i] = from < elements.length ? operand.code(from / operand.k(), from % operand.k()) : 0;
      }
    }
    return withElements(operand, elements);
  }

  /** Each element's code changed; {@code change} takes its number in the operand, row after row. */
  static GemmOperand codes(GemmOperand operand, IntUnaryOperator change) {
    int[] elements = new int[operand.rows() * operand.k()];
    for (int i = 0; i < elements.length; i++) {
      elements[i] = change.applyAsInt(i);
    }
    return withElements(operand, elements);
  }

  private static GemmOperand withElements(GemmOperand operand, int[] elements) {
    requireFourBits(operand);
    byte[] codes = new byte[elements.length / 2];
    for (int i = 0; i < elements.length; i++) {
      codes[i / 2] |= (byte) (elements[i] << 4 * (i & 1));
    }
    return new GemmOperand(operand.format(), operand.rows(), operand.k(), codes, operand.scales());
  }

  private static void requireFourBits(GemmOperand operand) {
    if (operand.format().storedBits() != 4) {
      throw new IllegalArgumentException(operand.format() + ": expected four-bit elements");
    }
  }

  /** Elements 2j and 2j + 1 change places. */
  static GemmOperand nibblesSwapped(GemmOperand operand) {
    return elements(operand, (row, i) -> row * operand.k() + (i ^ 1));
  }

  /** Every element's magnitude. */
  static GemmOperand withoutSigns(GemmOperand operand) {
    return codes(operand, i -> operand.code(i / operand.k(), i % operand.k()) & ~SIGN);
  }

  /** The columns from {@code from} to {@code to} of every row read as zero. */
  static GemmOperand zeroed(GemmOperand operand, int from, int to) {
    return codes(operand, i -> i % operand.k() >= from && i % operand.k() < to ? 0 : operand.code(i / operand.k(), i % operand.k()));
  }

  /** Each scale byte changed. */
  static GemmOperand scales(GemmOperand operand, IntUnaryOperator change) {
    byte[] scales = new byte[operand.scales().length];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = (byte) change.applyAsInt(operand.scales()[i] & 0xFF);
    }
    return withScales(operand, scales);
  }

  /** The scales of {@code from}, an array that holds {@code length} bytes, read at other places; beyond the array they are zero. */
  static GemmOperand scalesFrom(GemmOperand operand, byte[] from, Place place) {
    byte[] scales = new byte[operand.scales().length];
    int columns = scalesInRow(operand);
    for (int i = 0; i < scales.length; i++) {
      int at = place.of(i / columns, i % columns);
      scales[i] = at < from.length ? from[at] : 0;
    }
    return withScales(operand, scales);
  }

  static GemmOperand withScales(GemmOperand operand, byte[] scales) {
    return new GemmOperand(operand.format(), operand.rows(), operand.k(), operand.codes(), scales);
  }

  /** Blocks along K; the operand must have scales. */
  static int scalesInRow(GemmOperand operand) {
    if (operand.format().block() == 0) {
      throw new IllegalArgumentException(operand.format() + " has no scales");
    }
    return operand.k() / operand.format().block();
  }

  /** The scales as the device finds them in memory in {@code layout}. */
  static byte[] swizzled(GemmOperand operand, ScaleLayout layout) {
    int columns = scalesInRow(operand);
    byte[] swizzled = new byte[layout.size(operand.rows(), columns)];
    layout.swizzle(operand.rows(), columns, operand.scales(), 0, swizzled, 0);
    return swizzled;
  }

  /** Scales in a layout with NaN in the rows of the padding: they belong to no row of a product. */
  public static byte[] swizzledAmongNan(GemmOperand operand, ScaleLayout layout) {
    byte[] swizzled = swizzled(operand, layout);
    int columns = scalesInRow(operand);
    byte nan = (byte) Objects.requireNonNull(operand.format().scale()).nanCode();
    for (int row = operand.rows(); row < layout.paddedRows(operand.rows()); row++) {
      for (int column = 0; column < columns; column++) {
        swizzled[layout.offset(row, column, columns)] = nan;
      }
    }
    return swizzled;
  }

  /** The signs of the elements flipped wherever the scale byte's top bit is set: a UE4M3 scale read as a signed E4M3. */
  static GemmOperand signedScales(GemmOperand operand) {
    return codes(operand, i -> {
      int row = i / operand.k();
      int index = i % operand.k();
      return operand.code(row, index) ^ (operand.scale(row, index) >> 7) * SIGN;
    });
  }

  /** The blocks with these numbers, in this order: another K. */
  static GemmOperand blocks(GemmOperand operand, int[] numbers) {
    int bytes = operand.format().block() * operand.format().storedBits() / 8;
    int before = scalesInRow(operand);
    byte[] codes = new byte[operand.rows() * numbers.length * bytes];
    byte[] scales = new byte[operand.rows() * numbers.length];
    for (int i = 0; i < scales.length; i++) {
      int from = i / numbers.length * before + numbers[i % numbers.length];
      scales[i] = operand.scales()[from];
      System.arraycopy(operand.codes(), from * bytes, codes, i * bytes, bytes);
    }
    return new GemmOperand(operand.format(), operand.rows(), numbers.length * operand.format().block(), codes, scales);
  }
}
