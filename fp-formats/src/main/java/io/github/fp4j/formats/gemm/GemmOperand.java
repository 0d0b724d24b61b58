package io.github.fp4j.formats.gemm;

/**
 * One operand of {@code D = A * transpose(B)}: rows along K, packed codes and linear (not swizzled) scales, both row-major. Arrays are not copied; equality
 * is that of the arrays' identity.
 *
 * @param format what it is made of
 * @param rows number of rows: M for A, N for B
 * @param k elements in a row, a positive multiple of the format's block, and even for four-bit elements
 * @param codes {@code rows * k} elements of {@link OperandFormat#storedBits()} bits, little-endian, the low nibble first; a 32-bit element is a float32 whose
 *     low bits are ignored (TF32)
 * @param scales {@code rows * k / block} scale codes, a byte each, of which bits above the scale format's width are ignored; empty without scales
 */
public record GemmOperand(OperandFormat format, int rows, int k, byte[] codes, byte[] scales) {

  public GemmOperand {
    if (rows < 0) {
      throw new IllegalArgumentException("rows = " + rows + ": expected at least 0");
    }
    int multiple = format.block() != 0 ? format.block() : format.storedBits() == 4 ? 2 : 1;
    if (k <= 0 || k % multiple != 0) {
      throw new IllegalArgumentException("k = " + k + " is not a positive multiple of " + multiple + ", which " + format + " needs");
    }
    if ((long) rows * k > Integer.MAX_VALUE) {
      throw new IllegalArgumentException("rows * k = " + (long) rows * k + " elements: expected fewer than 2^31");
    }
    requireLength("codes", codes.length, (long) rows * k * format.storedBits() / 8, rows, k, format);
    requireLength("scales", scales.length, format.block() == 0 ? 0 : (long) rows * (k / format.block()), rows, k, format);
  }

  private static void requireLength(String argument, int length, long expected, int rows, int k, OperandFormat format) {
    if (length != expected) {
      throw new IllegalArgumentException("%s = %d bytes: expected %d for %d rows of k = %d %s".formatted(argument, length, expected, rows, k, format));
    }
  }

  /** The code of element {@code index} of a row, in its low bits. */
  public int code(int row, int index) {
    int at = row * k + index;
    return switch (format.storedBits()) {
      case 4 -> codes[at >> 1] >> 4 * (at & 1) & 0xF;
      case 8 -> codes[at] & format.element().codeCount() - 1;
      case 16 -> codes[2 * at] & 0xFF | (codes[2 * at + 1] & 0xFF) << 8;
      default -> {
        int word = codes[4 * at] & 0xFF | (codes[4 * at + 1] & 0xFF) << 8 | (codes[4 * at + 2] & 0xFF) << 16 | codes[4 * at + 3] << 24;
        yield word >>> 32 - format.element().width();
      }
    };
  }

  /** The scale byte of the block that holds element {@code index} of a row; the format must have scales. */
  public int scale(int row, int index) {
    return scales[row * (k / format.block()) + index / format.block()] & 0xFF;
  }
}
