package io.github.fp4j.formats.gemm;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;

/**
 * The elements of operands of one format as float32, scales multiplied in: what {@link Fp32Accumulation} multiplies. A NaN scale makes a block NaN. Thread-safe;
 * allocates nothing but its tables.
 */
public final class OperandRows {
  private final OperandFormat format;
  /** The value of every code; empty for codes of more than 8 bits. */
  private final float[] elements;
  private final float[] scales;

  public OperandRows(OperandFormat format) {
    this.format = format;
    elements = format.storedBits() > 8 ? new float[0] : table(format.element());
    FloatFormat scale = format.scale();
    scales = scale == null ? new float[0] : table(scale);
  }

  /** Every byte's value; bits above the format's width are ignored. */
  private static float[] table(FloatFormat format) {
    float[] values = new float[256];
    for (int code = 0; code < values.length; code++) {
      values[code] = ReferenceCodec.decode(format, code & format.codeCount() - 1);
    }
    return values;
  }

  /** The factor of the block that a scale byte stands for. */
  public float scale(byte code) {
    return scales[code & 0xFF];
  }

  /**
   * One row.
   *
   * @param operand one of this format
   * @param values takes {@code operand.k()} elements from {@code offset} on
   */
  public void decode(GemmOperand operand, int row, float[] values, int offset) {
    int k = operand.k();
    int block = format.block() == 0 ? k : format.block();
    int firstScale = row * (k / block);
    for (int from = 0; from < k; from += block) {
      float factor = format.block() == 0 ? 1 : scale(operand.scales()[firstScale + from / block]);
      if (format.storedBits() == 4) {
        decodeNibbles(operand.codes(), (row * k + from) / 2, block / 2, factor, values, offset + from);
      } else {
        for (int i = from; i < from + block; i++) {
          values[offset + i] = element(operand.code(row, i)) * factor;
        }
      }
    }
  }

  /**
   * One row of packed weights of this format.
   *
   * @param values takes {@code weights.k()} elements from {@code offset} on
   */
  public void decode(PackedWeights weights, int row, float[] values, int offset) {
    for (int i = 0; i < weights.k(); i++) {
      float factor = format.block() == 0 ? 1 : scale(weights.scale(row, i));
      values[offset + i] = elements[weights.code(row, i)] * factor;
    }
  }

  private void decodeNibbles(byte[] codes, int codesOffset, int bytes, float factor, float[] values, int offset) {
    for (int i = 0; i < bytes; i++) {
      int pair = codes[codesOffset + i];
      values[offset + 2 * i] = elements[pair & 0xF] * factor;
      values[offset + 2 * i + 1] = elements[pair >> 4 & 0xF] * factor;
    }
  }

  private float element(int code) {
    if (elements.length != 0) {
      return elements[code];
    }
    FloatFormat element = format.element();
    if (element.equals(FloatFormat.BF16)) {
      return Float.intBitsToFloat(code << 16);
    }
    return element.equals(FloatFormat.FP16) ? Float.float16ToFloat((short) code) : ReferenceCodec.decode(element, code);
  }
}
