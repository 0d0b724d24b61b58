package io.github.fp4j.backend;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;

/**
 * Array conversions between floating-point numbers and codes of a narrow format of at most eight bits, one code to a byte (unused high bits zero) or, for
 * formats of four bits, two to a byte.
 *
 * <p>What a call must give is fixed by its {@link Conversion}, bit for bit, NaN, infinities, -0 and overflow included. Calls read and write exactly the named
 * ranges; source and target may not overlap. Unless a method says otherwise it throws {@link IllegalArgumentException} for a conversion or format that is not
 * {@linkplain #supports supported} and {@link IndexOutOfBoundsException} for a range outside an array, in both cases before writing anything.
 */
public interface ConversionKernels {

  /** Whether float32 input can be encoded under {@code conversion}. Stochastic conversions are supported through {@link #encodeStochastic} only. */
  boolean supports(Conversion conversion);

  /** Whether float64 input can be encoded under {@code conversion}, rounding once. */
  default boolean supportsDouble(Conversion conversion) {
    return false;
  }

  /** Whether codes of {@code format} can be decoded. */
  boolean supportsDecoding(FloatFormat format);

  /** Encodes {@code length} float32 values, one code to a byte. */
  void encode(Conversion conversion, float[] values, int offset, byte[] codes, int codesOffset, int length);

  /** Encodes {@code length} float64 values, one code to a byte, rounding once. */
  default void encode(Conversion conversion, double[] values, int offset, byte[] codes, int codesOffset, int length) {
    throw new IllegalArgumentException(conversion + ": no float64 input here");
  }

  /**
   * Encodes {@code length} float32 values with stochastic rounding; {@code random[randomOffset + i]} holds the random bits of value {@code i} in its low end.
   */
  default void encodeStochastic(
      Conversion conversion, float[] values, int offset, int[] random, int randomOffset, byte[] codes, int codesOffset, int length) {
    throw new IllegalArgumentException(conversion + ": no stochastic rounding here");
  }

  /**
   * Encodes {@code length} float32 values into {@code (length + 1) / 2} bytes of two four-bit codes, the earlier value in the low nibble; the high nibble left
   * over by an odd length is 0.
   *
   * @throws IllegalArgumentException also if the format is wider than four bits
   */
  void encodePacked(Conversion conversion, float[] values, int offset, byte[] packed, int packedOffset, int length);

  /** Decodes {@code length} codes, one to a byte; bits above the format's width are ignored. NaN is Java's canonical NaN. */
  void decode(FloatFormat format, byte[] codes, int codesOffset, float[] values, int offset, int length);

  /** Decodes {@code length} four-bit codes packed two to a byte, low nibble first. */
  void decodePacked(FloatFormat format, byte[] packed, int packedOffset, float[] values, int offset, int length);
}
