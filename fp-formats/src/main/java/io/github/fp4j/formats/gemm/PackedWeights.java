package io.github.fp4j.formats.gemm;

import io.github.fp4j.formats.FloatFormat;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Objects;

/**
 * Rows of E2M1 codes laid out once for many products: sixteen rows interleaved, so that a vector of any width holds one element of several rows.
 *
 * <pre>
 * codes   int  [ceil(N / 16)][ceil(K / 8)][16]        eight successive elements of a row, the first in the low nibble: four bytes of the linear layout, little-endian
 * scales  byte [ceil(N / 16)][K / block][16]          the codes as they were; none for a format without scales
 * </pre>
 *
 * <p>Rows and elements past the end have zero codes and zero scales. It takes as many bytes as the linear layout of N padded to 16 (K to 8), and keeps every bit
 * of it. Immutable as long as nobody writes to the arrays, which are not copied; equality is identity.
 */
public final class PackedWeights {

  /** Rows that are interleaved. */
  public static final int ROWS = 16;

  /** Elements of a row in an int. */
  public static final int ELEMENTS = 8;

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

  /** Whether operands of this format can be packed: E2M1 elements, without scales or with blocks of a power of two, 16 or more. */
  public static boolean supports(OperandFormat format) {
    int block = format.block();
    return format.element().equals(FloatFormat.E2M1) && (block == 0 || block >= 16 && Integer.bitCount(block) == 1);
  }

  /**
   * Packs an operand.
   *
   * @throws IllegalArgumentException if the format is not supported
   */
  public static PackedWeights of(GemmOperand operand) {
    if (!supports(operand.format())) {
      throw new IllegalArgumentException("format = " + operand.format() + ": expected e2m1 elements, and blocks of 16, 32 or more or none");
    }
    int groups = Math.ceilDiv(operand.rows(), ROWS);
    int[] codes = new int[Math.multiplyExact(groups * ROWS, Math.ceilDiv(operand.k(), ELEMENTS))];
    byte[] scales = new byte[groups * ROWS * blocks(operand)];
    pack(operand, 0, operand.rows(), codes, scales);
    return new PackedWeights(operand.format(), operand.rows(), operand.k(), codes, scales);
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
    int ints = Math.ceilDiv(operand.k(), ELEMENTS);
    int blocks = blocks(operand);
    int paddedEnd = first + Math.ceilDiv(end - first, ROWS) * ROWS;
    for (int row = first; row < paddedEnd; row++) {
      int group = (row - first) / ROWS;
      int lane = (row - first) % ROWS;
      for (int i = 0; i < ints; i++) {
        codes[(group * ints + i) * ROWS + lane] = row < end ? eight(operand, row, i * ELEMENTS) : 0;
      }
      for (int i = 0; i < blocks; i++) {
        scales[(group * blocks + i) * ROWS + lane] = row < end ? operand.scales()[row * blocks + i] : 0;
      }
    }
  }

  private static int eight(GemmOperand operand, int row, int from) {
    byte[] bytes = operand.codes();
    int at = (row * operand.k() + from) / 2;
    if (operand.k() - from >= ELEMENTS) {
      return (int) FOUR_BYTES.get(bytes, at);
    }
    int count = (operand.k() - from) / 2;
    int word = 0;
    for (int i = 0; i < count; i++) {
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
    int ints = Math.ceilDiv(k, ELEMENTS);
    int blocks = format.block() == 0 ? 0 : k / format.block();
    byte[] linearCodes = new byte[rows * k / 2];
    byte[] linearScales = new byte[rows * blocks];
    for (int row = 0; row < rows; row++) {
      for (int i = 0; i < k / 2; i++) {
        int word = codes[(row / ROWS * ints + 2 * i / ELEMENTS) * ROWS + row % ROWS];
        linearCodes[row * k / 2 + i] = (byte) (word >>> 8 * (i % 4));
      }
      for (int i = 0; i < blocks; i++) {
        linearScales[row * blocks + i] = scales[(row / ROWS * blocks + i) * ROWS + row % ROWS];
      }
    }
    return new GemmOperand(format, rows, k, linearCodes, linearScales);
  }
}
