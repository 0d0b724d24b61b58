package io.github.fp4j.formats.gemm;

import io.github.fp4j.formats.FloatFormat;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Rows of E2M1 or E4M3 codes laid out once for many products: sixteen rows interleaved, so that a vector of any width holds one element of several rows.
 *
 * <pre>
 * codes   int  [ceil(N / 16)][ceil(K / 8)][16]        eight successive elements of a row (four of E4M3), the first in the low bits: four bytes of the linear layout
 * scales  byte [ceil(N / 16)][K / block][16]          the codes as they were; none for a format without scales
 * </pre>
 *
 * <p>Rows and elements past the end have zero codes and zero scales. It takes as many bytes as the linear layout of N padded to 16 (and K to whole ints), and keeps every bit
 * of it. Does not change but by {@link #gather} or who writes to the arrays, which are not copied; equality is identity.
 */
public final class PackedWeights {

  /** Rows that are interleaved. */
  public static final int ROWS = 16;

  private static final VarHandle FOUR_BYTES = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);

  private final OperandFormat format;
  private final int rows;
  private final int k;
  private final int[] codes;
  private final byte[] scales;

  private PackedWeights(OperandFormat format, int rows, int k, int[] codes, byte[] scales) {
    this.format = format;
    this.rows = rows;
    this.k = k;
    this.codes = codes;
    this.scales = scales;
  }

  /** Whether operands of this format can be packed: E2M1 or E4M3 elements, without scales or with blocks of a power of two, 16 or more. */
  public static boolean supports(OperandFormat format) {
    int block = format.block();
    boolean element = format.element().equals(FloatFormat.E2M1) || format.element().equals(FloatFormat.E4M3);
    return element && (block == 0 || block >= 16 && Integer.bitCount(block) == 1);
  }

  /** Elements of a row in an int: 8 of four bits, 4 of eight. */
  public static int elementsPerInt(OperandFormat format) {
    return 32 / format.storedBits();
  }

  /**
   * Packs an operand.
   *
   * @throws IllegalArgumentException if the format is not supported
   */
  public static PackedWeights of(GemmOperand operand) {
    if (!supports(operand.format())) {
      throw new IllegalArgumentException("format = " + operand.format() + ": expected e2m1 or e4m3 elements, and blocks of 16, 32 or more or none");
    }
    int groups = Math.ceilDiv(operand.rows(), ROWS);
    int[] codes = new int[Math.multiplyExact(groups * ROWS, Math.ceilDiv(operand.k(), elementsPerInt(operand.format())))];
    byte[] scales = new byte[groups * ROWS * blocks(operand)];
    pack(operand, 0, operand.rows(), codes, scales);
    return new PackedWeights(operand.format(), operand.rows(), operand.k(), codes, scales);
  }

  /**
   * Rows of zeros, to be written by {@link #gather}.
   *
   * @param rows N, at least 0
   * @param k a multiple of the format's block
   * @throws IllegalArgumentException if the format is not supported, or K does not fit it
   */
  public static PackedWeights allocate(OperandFormat format, int rows, int k) {
    int scales = format.block() == 0 ? 0 : rows * (k / format.block());
    return of(new GemmOperand(format, rows, k, new byte[Math.multiplyExact(rows, k) * format.storedBits() / 8], new byte[scales]));
  }

  /**
   * Copies rows of other weights here, as the candidates of a vector search, whose products with the query are then those of a matrix. Allocates nothing.
   *
   * @param from weights of the same format and K
   * @param numbers rows of {@code from}, in any order, repeated or not; as many as there are rows here
   * @throws IllegalArgumentException if the format, K or the number of rows is another; nothing has been written then
   * @throws IndexOutOfBoundsException if {@code from} has no such row; nothing has been written then
   */
  public void gather(PackedWeights from, int... numbers) {
    if (!format.equals(from.format) || k != from.k || numbers.length != rows) {
      throw new IllegalArgumentException(
          numbers.length + " rows of " + from.format + ", K = " + from.k + ": expected " + rows + " of " + format + ", K = " + k);
    }
    for (int number : numbers) {
      Objects.checkIndex(number, from.rows);
    }
    int ints = Math.ceilDiv(k, elementsPerInt(format));
    int blocks = format.block() == 0 ? 0 : k / format.block();
    for (int row = 0; row < rows; row++) {
      int number = numbers[row];
      int source = number / ROWS * ints * ROWS + number % ROWS;
      int target = row / ROWS * ints * ROWS + row % ROWS;
      for (int i = 0; i < ints; i++) {
        codes[target + i * ROWS] = from.codes[source + i * ROWS];
      }
      source = number / ROWS * blocks * ROWS + number % ROWS;
      target = row / ROWS * blocks * ROWS + row % ROWS;
      for (int i = 0; i < blocks; i++) {
        scales[target + i * ROWS] = from.scales[source + i * ROWS];
      }
    }
  }

  private static int blocks(GemmOperand operand) {
    return operand.format().block() == 0 ? 0 : operand.k() / operand.format().block();
  }

  /**
   * Packs some rows into arrays of the caller, from their start; what lies past the last row up to a multiple of {@link #ROWS} is set to zero.
   *
   * @param end end of the rows, at most {@code operand.rows()}
   */
  public static void pack(GemmOperand operand, int first, int end, int[] codes, byte[] scales) {
    Objects.checkFromToIndex(first, end, operand.rows());
    int ints = Math.ceilDiv(operand.k(), elementsPerInt(operand.format()));
    int blocks = blocks(operand);
    int paddedEnd = first + Math.ceilDiv(end - first, ROWS) * ROWS;
    for (int row = first; row < paddedEnd; row++) {
      int group = (row - first) / ROWS;
      int lane = (row - first) % ROWS;
      for (int i = 0; i < ints; i++) {
        codes[(group * ints + i) * ROWS + lane] = row < end ? word(operand, row, 4 * i) : 0;
      }
      for (int i = 0; i < blocks; i++) {
        scales[(group * blocks + i) * ROWS + lane] = row < end ? operand.scales()[row * blocks + i] : 0;
      }
    }
  }

  /** Four bytes of a row from byte {@code from} on; zeros past its end. */
  private static int word(GemmOperand operand, int row, int from) {
    byte[] bytes = operand.codes();
    int rowBytes = operand.k() * operand.format().storedBits() / 8;
    int at = row * rowBytes + from;
    if (rowBytes - from >= 4) {
      return (int) FOUR_BYTES.get(bytes, at);
    }
    int word = 0;
    for (int i = 0; i < rowBytes - from; i++) {
      word |= (bytes[at + i] & 0xFF) << 8 * i;
    }
    return word;
  }

  public OperandFormat format() {
    return format;
  }

  /** N. */
  public int rows() {
    return rows;
  }

  public int k() {
    return k;
  }

  /** The codes, in the layout above; not a copy. */
  public int[] codes() {
    return codes;
  }

  /** The scales, in the layout above; not a copy. */
  public byte[] scales() {
    return scales;
  }

  /** Bytes that it takes. */
  public long bytes() {
    return 4L * codes.length + scales.length;
  }

  /** The operand that was packed, in new arrays. */
  public GemmOperand unpacked() {
    int ints = Math.ceilDiv(k, elementsPerInt(format));
    int blocks = format.block() == 0 ? 0 : k / format.block();
    int rowBytes = k * format.storedBits() / 8;
    byte[] linearCodes = new byte[rows * rowBytes];
    byte[] linearScales = new byte[rows * blocks];
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < rowBytes; i++) {
        int word = codes[(row / ROWS * ints + i / 4) * ROWS + row % ROWS];
        linearCodes[row * rowBytes + i] = (byte) (word >>> 8 * (i % 4));
      }
      for (int i = 0; i < blocks; i++) {
        linearScales[row * blocks + i] = scales[(row / ROWS * blocks + i) * ROWS + row % ROWS];
      }
    }
    return new GemmOperand(format, rows, k, linearCodes, linearScales);
  }
}
