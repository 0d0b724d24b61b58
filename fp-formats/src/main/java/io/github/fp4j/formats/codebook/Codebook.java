package io.github.fp4j.formats.codebook;

import java.util.List;
import java.util.Objects;

/**
 * A number format given by the list of its values, in ascending order; a code is an index into the list.
 *
 * <p>Encoding goes to the nearest value by comparing with the midpoints {@code (value[i] + value[i + 1]) * .5f}, computed in float32; a tie goes to the lower
 * code. What lies below the first value gets the first code, what lies above the last the last; NaN, which no midpoint is below, gets code 0. Immutable.
 */
public final class Codebook {

  /** Signed dynamic-exponent map of 4 bits, for first moments (arXiv 2309.01507): 1 is a value and -1 is not; 0 is code 7. */
  public static final Codebook SIGNED_DYNAMIC_4 = new Codebook("de4-signed", DynamicMap.values(true, 3, 4));

  /** Unsigned dynamic-exponent map of 4 bits: holds 0, which makes it a bad second moment (the zero-point problem of arXiv 2309.01507, section 4.1). */
  public static final Codebook UNSIGNED_DYNAMIC_4 = new Codebook("de4-unsigned", DynamicMap.values(false, 3, 4));

  /** {@code (i + 1) / 16}: the linear map without zero, for second moments (arXiv 2309.01507, section 4.1). */
  public static final Codebook LINEAR_4 = new Codebook("linear4", linear(16));

  /** Signed dynamic map of 8 bits, for first moments (arXiv 2110.02861; bitsandbytes {@code create_dynamic_map(signed=True)}). */
  public static final Codebook SIGNED_DYNAMIC_8 = new Codebook("dynamic8-signed", DynamicMap.values(true, 7, 8));

  /** Unsigned dynamic map of 8 bits, for second moments (bitsandbytes {@code create_dynamic_map(signed=False)}). */
  public static final Codebook UNSIGNED_DYNAMIC_8 = new Codebook("dynamic8-unsigned", DynamicMap.values(false, 7, 8));

  private static final List<Codebook> ALL = List.of(SIGNED_DYNAMIC_4, UNSIGNED_DYNAMIC_4, LINEAR_4, SIGNED_DYNAMIC_8, UNSIGNED_DYNAMIC_8);

  private final String name;
  private final float[] values;
  private final float[] midpoints;
  private final int bits;

  private Codebook(String name, float[] values) {
    this.name = name;
    this.values = values;
    this.bits = 31 - Integer.numberOfLeadingZeros(values.length);
    this.midpoints = new float[values.length - 1];
    for (int i = 0; i < midpoints.length; i++) {
      midpoints[i] = (values[i] + values[i + 1]) * .5f;
    }
  }

  private static float[] linear(int size) {
    float[] values = new float[size];
    for (int i = 0; i < size; i++) {
      values[i] = (i + 1) / (float) size;
    }
    return values;
  }

  /** Every codebook that has a name here. */
  public static List<Codebook> all() {
    return ALL;
  }

  /** Its name in file headers and on command lines, e.g. {@code de4-signed}. */
  public String name() {
    return name;
  }

  /** Bits of one code: 4 or 8. */
  public int bits() {
    return bits;
  }

  /** Number of codes, {@code 2^bits}. */
  public int size() {
    return values.length;
  }

  /** What {@code code} stands for, before its scale; bits above the width are ignored. */
  public float value(int code) {
    return values[code & values.length - 1];
  }

  /** The boundary between {@code code} and {@code code + 1}, for codes below {@code size() - 1}; a value on it belongs to {@code code}. */
  public float midpoint(int code) {
    return midpoints[code];
  }

  /** The code of 0, which is that of the smallest value where 0 itself is none. */
  public int zeroCode() {
    return encode(0);
  }

  /** The code of the nearest value: the number of midpoints below {@code x}. */
  public int encode(float x) {
    int code = 0;
    for (int step = values.length / 2; step > 0; step /= 2) {
      if (x > midpoints[code + step - 1]) {
        code += step;
      }
    }
    return code;
  }

  /**
   * One of the two codes around {@code x}, the upper with probability {@code (x - lower) / (upper - lower)}: with {@code random}, taken as a fraction of 2^32,
   * below that. A value of the codebook keeps its code whatever {@code random} is.
   */
  public int encodeStochastic(float x, int random) {
    int lower = 0;
    for (int step = values.length / 2; step > 0; step /= 2) {
      if (x >= values[lower + step]) {
        lower += step;
      }
    }
    if (lower == values.length - 1) {
      return lower;
    }
    double fraction = ((double) x - values[lower]) / ((double) values[lower + 1] - values[lower]);
    return Integer.toUnsignedLong(random) * 0x1p-32 < fraction ? lower + 1 : lower;
  }

  /** Bytes that {@code length} codes take: two 4-bit codes share one. */
  public int bytes(int length) {
    return bits == 4 ? (length + 1) / 2 : length;
  }

  /** Writes {@code code} at element {@code index} of packed codes, the even index in the low nibble; the other nibble stays. */
  public void put(byte[] packed, int offset, int index, int code) {
    if (bits == 8) {
      packed[offset + index] = (byte) code;
      return;
    }
    int at = offset + index / 2;
    int shift = 4 * (index & 1);
    packed[at] = (byte) (packed[at] & 0xF0 >>> shift | code << shift);
  }

  /** The code at element {@code index} of packed codes. */
  public int get(byte[] packed, int offset, int index) {
    return bits == 8 ? packed[offset + index] & 0xFF : packed[offset + index / 2] >>> 4 * (index & 1) & 15;
  }

  /**
   * Encodes {@code length} unscaled values into {@code bytes(length)} bytes; a nibble left over holds the zero code.
   *
   * @throws IndexOutOfBoundsException if a range lies outside its array; nothing is written then
   */
  public void encode(float[] values, int offset, byte[] packed, int packedOffset, int length) {
    Objects.checkFromIndexSize(offset, length, values.length);
    Objects.checkFromIndexSize(packedOffset, bytes(length), packed.length);
    for (int i = 0; i < length; i++) {
      put(packed, packedOffset, i, encode(values[offset + i]));
    }
    if (bits == 4 && (length & 1) != 0) {
      put(packed, packedOffset, length, zeroCode());
    }
  }

  /**
   * Decodes {@code length} packed codes to unscaled values.
   *
   * @throws IndexOutOfBoundsException if a range lies outside its array; nothing is written then
   */
  public void decode(byte[] packed, int packedOffset, float[] values, int offset, int length) {
    Objects.checkFromIndexSize(packedOffset, bytes(length), packed.length);
    Objects.checkFromIndexSize(offset, length, values.length);
    for (int i = 0; i < length; i++) {
      values[offset + i] = value(get(packed, packedOffset, i));
    }
  }

  @Override
  public String toString() {
    return name;
  }
}
