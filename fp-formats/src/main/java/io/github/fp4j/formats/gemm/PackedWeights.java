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
 * of it. Immutable as long as nobody writes to the arrays, which are not copied; equality is identity.
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
    int[] codes = new int[Math.multiplyExact(groups * ROWS, ints(operand.format(), operand.k()))];
    byte[] scales = new byte[groups * ROWS * blocks(operand.format(), operand.k())];
    pack(operand, 0, operand.rows(), codes, scales);
    return new PackedWeights(operand.format(), operand.rows(), operand.k(), codes, scales);
  }

  private static int ints(OperandFormat format, int k) {
    return Math.ceilDiv(k, elementsPerInt(format));
  }

  private static int blocks(OperandFormat format, int k) {
    return format.block() == 0 ? 0 : k / format.block();
  }

  /**
   * Rows of these weights as weights of their own: the candidates of a vector search, whose products with the query are then those of a matrix.
   *
   * @param numbers rows, in any order, repeated or not
   * @throws IndexOutOfBoundsException if there is no such row
   */
  public PackedWeights gather(int... numbers) {
    int ints = ints(format, k);
    int blocks = blocks(format, k);
    int padded = Math.ceilDiv(numbers.length, ROWS) * ROWS;
    int[] gatheredCodes = new int[Math.multiplyExact(padded, ints)];
    byte[] gatheredScales = new byte[padded * blocks];
    for (int row = 0; row < numbers.length; row++) {
      int number = Objects.checkIndex(numbers[row], rows);
      for (int i = 0; i < ints; i++) {
        gatheredCodes[index(row, i, ints)] = codes[index(number, i, ints)];
      }
      for (int i = 0; i < blocks; i++) {
        gatheredScales[index(row, i, blocks)] = scales[index(number, i, blocks)];
      }
    }
    return new PackedWeights(format, numbers.length, k, gatheredCodes, gatheredScales);
  }

  /** Where number {@code i} of the {@code count} ints or scales of a row lies. */
  private static int index(int row, int i, int count) {
    return (row / ROWS * count + i) * ROWS + row % ROWS;
  }

  /**
   * Packs some rows into arrays of the caller, from their start; what lies past the last row up to a multiple of {@link #ROWS} is set to zero.
   *
   * @param end end of the rows, at most {@code operand.rows()}
   */
  public static void pack(GemmOperand operand, int first, int end, int[] codes, byte[] scales) {
    Objects.checkFromToIndex(first, end, operand.rows());
    int ints = ints(operand.format(), operand.k());
    int blocks = blocks(operand.format(), operand.k());
    int paddedEnd = first + Math.ceilDiv(end - first, ROWS) * ROWS;
    for (int row = first; row < paddedEnd; row++) {
      for (int i = 0; i < ints; i++) {
        codes[index(row - first, i, ints)] = row < end ? word(operand, row, 4 * i) : 0;
      }
      for (int i = 0; i < blocks; i++) {
        scales[index(row - first, i, blocks)] = row < end ? operand.scales()[row * blocks + i] : 0;
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

  /** The code of one element. */
  int code(int row, int at) {
    int perInt = elementsPerInt(format);
    return codes[index(row, at / perInt, ints(format, k))] >>> format.storedBits() * (at % perInt) & (1 << format.storedBits()) - 1;
  }

  /** The scale of an element's block, of a format that has scales. */
  byte scale(int row, int at) {
    return scales[index(row, at / format.block(), blocks(format, k))];
  }

  /** The operand that was packed, in new arrays. */
  public GemmOperand unpacked() {
    int ints = ints(format, k);
    int blocks = blocks(format, k);
    int rowBytes = k * format.storedBits() / 8;
    byte[] linearCodes = new byte[rows * rowBytes];
    byte[] linearScales = new byte[rows * blocks];
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < rowBytes; i++) {
        int word = codes[index(row, i / 4, ints)];
        linearCodes[row * rowBytes + i] = (byte) (word >>> 8 * (i % 4));
      }
      for (int i = 0; i < blocks; i++) {
        linearScales[row * blocks + i] = scales[index(row, i, blocks)];
      }
    }
    return new GemmOperand(format, rows, k, linearCodes, linearScales);
  }
}
