package io.github.fp4j.backend;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import java.util.Objects;

/** {@link ConversionKernels} as loops over {@link ReferenceCodec}. */
final class ReferenceConversions implements ConversionKernels {

  @Override
  public boolean supports(Conversion conversion) {
    return conversion.format().width() <= 8;
  }

  @Override
  public boolean supportsDouble(Conversion conversion) {
    return supports(conversion);
  }

  @Override
  public boolean supportsDecoding(FloatFormat format) {
    return format.width() <= 8;
  }

  @Override
  public void encode(Conversion conversion, float[] values, int offset, byte[] codes, int codesOffset, int length) {
    requireDeterministic(conversion);
    ArrayRanges.check(values, offset, codes, codesOffset, length);
    for (int i = 0; i < length; i++) {
      codes[codesOffset + i] = (byte) ReferenceCodec.encode(conversion, values[offset + i]);
    }
  }

  @Override
  public void encode(Conversion conversion, double[] values, int offset, byte[] codes, int codesOffset, int length) {
    requireDeterministic(conversion);
    ArrayRanges.check(values, offset, codes, codesOffset, length);
    for (int i = 0; i < length; i++) {
      codes[codesOffset + i] = (byte) ReferenceCodec.encode(conversion, values[offset + i]);
    }
  }

  @Override
  public void encodeStochastic(
      Conversion conversion, float[] values, int offset, int[] random, int randomOffset, byte[] codes, int codesOffset, int length) {
    requireNarrow(conversion.format(), 8);
    Objects.checkFromIndexSize(offset, length, values.length);
    Objects.checkFromIndexSize(randomOffset, length, random.length);
    Objects.checkFromIndexSize(codesOffset, length, codes.length);
    for (int i = 0; i < length; i++) {
      codes[codesOffset + i] = (byte) ReferenceCodec.encode(conversion, values[offset + i], random[randomOffset + i]);
    }
  }

  @Override
  public void encodePacked(Conversion conversion, float[] values, int offset, byte[] packed, int packedOffset, int length) {
    requireDeterministic(conversion);
    requireNarrow(conversion.format(), 4);
    ArrayRanges.checkPacked(values, offset, packed, packedOffset, length);
    for (int i = 0; i < length; i += 2) {
      int low = ReferenceCodec.encode(conversion, values[offset + i]);
      int high = i + 1 < length ? ReferenceCodec.encode(conversion, values[offset + i + 1]) : 0;
      packed[packedOffset + i / 2] = (byte) (low | high << 4);
    }
  }

  @Override
  public void decode(FloatFormat format, byte[] codes, int codesOffset, float[] values, int offset, int length) {
    requireNarrow(format, 8);
    ArrayRanges.check(values, offset, codes, codesOffset, length);
    for (int i = 0; i < length; i++) {
      values[offset + i] = ReferenceCodec.decode(format, codes[codesOffset + i]);
    }
  }

  @Override
  public void decodePacked(FloatFormat format, byte[] packed, int packedOffset, float[] values, int offset, int length) {
    requireNarrow(format, 4);
    ArrayRanges.checkPacked(values, offset, packed, packedOffset, length);
    for (int i = 0; i < length; i++) {
      values[offset + i] = ReferenceCodec.decode(format, packed[packedOffset + i / 2] >> 4 * (i & 1));
    }
  }

  private static void requireDeterministic(Conversion conversion) {
    requireNarrow(conversion.format(), 8);
    if (conversion.isStochastic()) {
      throw new IllegalArgumentException("rounding = STOCHASTIC: expected a call of encodeStochastic, which takes the random bits");
    }
  }

  private static void requireNarrow(FloatFormat format, int bits) {
    if (format.width() > bits) {
      throw new IllegalArgumentException("format = " + format + " has " + format.width() + " bits: expected at most " + bits);
    }
  }
}
