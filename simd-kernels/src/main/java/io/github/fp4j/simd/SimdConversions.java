package io.github.fp4j.simd;

import io.github.fp4j.backend.ArrayRanges;
import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.E2m1;
import io.github.fp4j.formats.E4m3;
import io.github.fp4j.formats.E5m2;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.Overflow;
import io.github.fp4j.formats.Rounding;
import io.github.fp4j.formats.Ue8m0;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * {@link ConversionKernels} of one vector width: whole vectors by the bodies, the rest by the scalar codecs.
 *
 * <p>Encodes under {@link Conversion#cuda} to E2M1, E4M3, UE4M3, E5M2 and UE8M0; the 8-bit formats also with overflow to NaN (E5M2: to infinity), UE8M0 with
 * each of its four roundings. Decodes the same formats. Calls allocate nothing once the JVM has compiled them.
 */
final class SimdConversions implements ConversionKernels {

  /** Values in one call of a body, a multiple of every turn: C2 has compiled very long first calls badly, and a NaN makes all be encoded twice. */
  private static final int CHUNK = 1 << 16;

  private static final List<Rounding> POWER_OF_TWO_ROUNDINGS =
      List.of(Rounding.UP, Rounding.TOWARD_ZERO, Rounding.NEAREST_AWAY, Rounding.NEAREST_EVEN);

  private final int bits;
  private final PowerOfTwoCodec powersOfTwo;
  private final OptimisticEncoder e2m1;
  private final E2m1Decoder e2m1Decoder;
  private final Map<Conversion, Encoder> encoders = new HashMap<>();
  private final Map<FloatFormat, Decoder> decoders;

  SimdConversions(int bits) {
    this.bits = bits;
    powersOfTwo = PerWidth.instance(PowerOfTwoCodec.class, PowerOfTwoCodecBody.class, bits);
    e2m1Decoder = PerWidth.instance(E2m1Decoder.class, E2m1DecoderBody.class, bits);

    e2m1 = putEncoder(FloatFormat.E2M1, Overflow.SATURATE, E2m1::encode);
    putEncoder(FloatFormat.E4M3, Overflow.SATURATE, E4m3::encode);
    putEncoder(FloatFormat.E4M3, Overflow.NAN, E4m3::encodeNonSaturating);
    putEncoder(FloatFormat.UE4M3, Overflow.SATURATE, value -> E4m3.encode(Math.abs(value)));
    putEncoder(FloatFormat.UE4M3, Overflow.NAN, value -> E4m3.encodeNonSaturating(Math.abs(value)));
    putEncoder(FloatFormat.E5M2, Overflow.SATURATE, E5m2::encode);
    putEncoder(FloatFormat.E5M2, Overflow.INFINITY, E5m2::encodeNonSaturating);
    for (Rounding rounding : POWER_OF_TWO_ROUNDINGS) {
      putPowerOfTwoEncoder(rounding, Overflow.SATURATE, value -> Ue8m0.encode(value, rounding));
      putPowerOfTwoEncoder(rounding, Overflow.NAN, value -> Ue8m0.encodeNonSaturating(value, rounding));
    }

    decoders =
        Map.of(
            FloatFormat.E2M1, new Decoder(e2m1Decoder::decode, E2m1::decode),
            FloatFormat.E4M3, new Decoder(MinifloatDecoder.of(FloatFormat.E4M3, bits)::decode, E4m3::decode),
            FloatFormat.UE4M3, new Decoder(MinifloatDecoder.of(FloatFormat.UE4M3, bits)::decode, code -> E4m3.decode(code & 0x7F)),
            FloatFormat.E5M2, new Decoder(MinifloatDecoder.of(FloatFormat.E5M2, bits)::decode, E5m2::decode),
            FloatFormat.UE8M0, new Decoder(powersOfTwo::decode, Ue8m0::decode));
  }

  private OptimisticEncoder putEncoder(FloatFormat format, Overflow overflow, ScalarEncoder scalar) {
    OptimisticEncoder encoder = OptimisticEncoder.of(MinifloatEncoder.Target.of(format, overflow), bits);
    encoders.put(Conversion.cuda(format).with(overflow), new Encoder(encoder::encode, scalar));
    return encoder;
  }

  private void putPowerOfTwoEncoder(Rounding rounding, Overflow overflow, ScalarEncoder scalar) {
    PowerOfTwoCodec.Target target = PowerOfTwoCodec.Target.of(rounding, overflow == Overflow.SATURATE);
    encoders.put(
        Conversion.cuda(FloatFormat.UE8M0).with(rounding).with(overflow),
        new Encoder((v, vi, c, ci, n) -> powersOfTwo.encode(target, v, vi, c, ci, n), scalar));
  }

  /** Every conversion that is supported. */
  Set<Conversion> conversions() {
    return encoders.keySet();
  }

  /** Every format that can be decoded. */
  Set<FloatFormat> decodableFormats() {
    return decoders.keySet();
  }

  @Override
  public boolean supports(Conversion conversion) {
    return encoders.containsKey(conversion);
  }

  @Override
  public boolean supportsDecoding(FloatFormat format) {
    return decoders.containsKey(format);
  }

  @Override
  public void encode(Conversion conversion, float[] values, int offset, byte[] codes, int codesOffset, int length) {
    Encoder encoder = encoders.get(conversion);
    if (encoder == null) {
      throw unsupported(conversion);
    }
    ArrayRanges.check(values, offset, codes, codesOffset, length);
    int done = 0;
    for (int start = 0; start < length; start += CHUNK) {
      done = start + encoder.vectors.encode(values, offset + start, codes, codesOffset + start, Math.min(CHUNK, length - start));
    }
    for (int i = done; i < length; i++) {
      codes[codesOffset + i] = (byte) encoder.scalar.encode(values[offset + i]);
    }
  }

  @Override
  public void encodePacked(Conversion conversion, float[] values, int offset, byte[] packed, int packedOffset, int length) {
    requireFourBits(conversion.format());
    if (!encoders.containsKey(conversion)) {
      throw unsupported(conversion);
    }
    ArrayRanges.checkPacked(values, offset, packed, packedOffset, length);
    int done = 0;
    for (int start = 0; start < length; start += CHUNK) {
      done = start + e2m1.encodePacked(values, offset + start, packed, packedOffset + start / 2, Math.min(CHUNK, length - start));
    }
    for (int i = done; i < length; i += 2) {
      int low = E2m1.encode(values[offset + i]);
      int high = i + 1 < length ? E2m1.encode(values[offset + i + 1]) : 0;
      packed[packedOffset + i / 2] = (byte) (low | high << 4);
    }
  }

  @Override
  public void decode(FloatFormat format, byte[] codes, int codesOffset, float[] values, int offset, int length) {
    Decoder decoder = decoders.get(format);
    if (decoder == null) {
      throw unsupported(format);
    }
    ArrayRanges.check(values, offset, codes, codesOffset, length);
    int done = 0;
    for (int start = 0; start < length; start += CHUNK) {
      done = start + decoder.vectors.decode(codes, codesOffset + start, values, offset + start, Math.min(CHUNK, length - start));
    }
    for (int i = done; i < length; i++) {
      values[offset + i] = decoder.scalar.decode(codes[codesOffset + i]);
    }
  }

  @Override
  public void decodePacked(FloatFormat format, byte[] packed, int packedOffset, float[] values, int offset, int length) {
    requireFourBits(format);
    if (!decoders.containsKey(format)) {
      throw unsupported(format);
    }
    ArrayRanges.checkPacked(values, offset, packed, packedOffset, length);
    int done = 0;
    for (int start = 0; start < length; start += CHUNK) {
      done = start + e2m1Decoder.decodePacked(packed, packedOffset + start / 2, values, offset + start, Math.min(CHUNK, length - start));
    }
    for (int i = done; i < length; i++) {
      values[offset + i] = E2m1.decode(packed[packedOffset + i / 2] >> 4 * (i & 1));
    }
  }

  private static void requireFourBits(FloatFormat format) {
    if (format.width() > 4) {
      throw new IllegalArgumentException("format = " + format + " has " + format.width() + " bits: expected at most 4");
    }
  }

  private static IllegalArgumentException unsupported(Conversion conversion) {
    return new IllegalArgumentException(
        "conversion = " + conversion + ": expected NVIDIA's conversion to e2m1, e4m3, ue4m3, e5m2 or ue8m0, or its variants that supports() names");
  }

  private static IllegalArgumentException unsupported(FloatFormat format) {
    return new IllegalArgumentException("format = " + format + ": expected one of e2m1, e4m3, ue4m3, e5m2, ue8m0");
  }

  /** What the vectors do and what the scalar codec does with the rest. */
  private record Encoder(ArrayEncoder vectors, ScalarEncoder scalar) {}

  private record Decoder(ArrayDecoder vectors, ScalarDecoder scalar) {}

  private interface ArrayEncoder {
    int encode(float[] values, int offset, byte[] codes, int codesOffset, int length);
  }

  private interface ArrayDecoder {
    int decode(byte[] codes, int codesOffset, float[] values, int offset, int length);
  }

  private interface ScalarEncoder {
    int encode(float value);
  }

  private interface ScalarDecoder {
    float decode(int code);
  }
}
