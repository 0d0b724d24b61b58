package io.github.fp4j.conformance.subject;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.NanPolicy;
import io.github.fp4j.formats.UnsignedPolicy;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/**
 * ONNX Runtime's Cast from and to float32, each conversion a model of one node. Casts without saturation are left out because they follow no policy (measured, 1.29):
 * to FLOAT8E4M3FN all above 464 becomes NaN but 480 to 496, which becomes 448; to FLOAT8E5M2 61440 becomes NaN, and 65536 infinity. For FLOAT4E2M1 its CPU
 * provider has no Cast.
 */
final class OnnxCasts implements ConversionKernels {
  private static final int FLOAT = 1;

  private record Cast(int opset, int type) {}

  private static final Map<Conversion, Cast> ENCODERS =
      Map.of(
          Conversion.cuda(FloatFormat.E4M3).with(NanPolicy.SIGNED_NAN), new Cast(19, 17),
          Conversion.cuda(FloatFormat.E5M2).with(NanPolicy.SIGNED_NAN), new Cast(19, 19),
          Conversion.cuda(FloatFormat.UE8M0).with(UnsignedPolicy.SMALLEST), new Cast(24, 24));

  private static final Map<FloatFormat, Cast> DECODERS =
      Map.of(FloatFormat.E4M3, new Cast(19, 17), FloatFormat.E5M2, new Cast(19, 19), FloatFormat.UE8M0, new Cast(24, 24));

  private final OrtApi api;
  private final Map<Cast, MemorySegment> encoders = new ConcurrentHashMap<>();
  private final Map<Cast, MemorySegment> decoders = new ConcurrentHashMap<>();

  OnnxCasts(OrtApi api) {
    this.api = api;
  }

  @Override
  public boolean supports(Conversion conversion) {
    return ENCODERS.containsKey(conversion);
  }

  @Override
  public boolean supportsDecoding(FloatFormat format) {
    return DECODERS.containsKey(format);
  }

  @Override
  public void encode(Conversion conversion, float[] values, int offset, byte[] codes, int codesOffset, int length) {
    Cast cast = ENCODERS.get(conversion);
    if (cast == null) {
      throw new IllegalArgumentException("conversion = " + conversion + ": expected one of ONNX Runtime's own");
    }
    Objects.checkFromIndexSize(offset, length, values.length);
    Objects.checkFromIndexSize(codesOffset, length, codes.length);
    MemorySegment session = encoders.computeIfAbsent(cast, one -> api.session(OnnxCastModel.of(one.opset, FLOAT, one.type)));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment x = arena.allocate(JAVA_FLOAT, length);
      MemorySegment y = arena.allocate(length);
      MemorySegment.copy(values, offset, x, JAVA_FLOAT, 0, length);
      api.run(session, x, FLOAT, y, cast.type, length);
      MemorySegment.copy(y, JAVA_BYTE, 0, codes, codesOffset, length);
    }
  }

  @Override
  public void decode(FloatFormat format, byte[] codes, int codesOffset, float[] values, int offset, int length) {
    Cast cast = DECODERS.get(format);
    if (cast == null) {
      throw new IllegalArgumentException("format = " + format + ": expected e4m3, e5m2 or ue8m0");
    }
    Objects.checkFromIndexSize(offset, length, values.length);
    Objects.checkFromIndexSize(codesOffset, length, codes.length);
    MemorySegment session = decoders.computeIfAbsent(cast, one -> api.session(OnnxCastModel.of(one.opset, one.type, FLOAT)));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment x = arena.allocate(length);
      MemorySegment y = arena.allocate(JAVA_FLOAT, length);
      MemorySegment.copy(codes, codesOffset, x, JAVA_BYTE, 0, length);
      api.run(session, x, cast.type, y, FLOAT, length);
      for (int i = 0; i < length; i++) {
        float value = y.getAtIndex(JAVA_FLOAT, i);
        values[offset + i] = Float.isNaN(value) ? Float.NaN : value;
      }
    }
  }

  @Override
  public void encodePacked(Conversion conversion, float[] values, int offset, byte[] packed, int packedOffset, int length) {
    throw new IllegalArgumentException("conversion = " + conversion + ": ONNX Runtime casts to no four-bit format");
  }

  @Override
  public void decodePacked(FloatFormat format, byte[] packed, int packedOffset, float[] values, int offset, int length) {
    throw new IllegalArgumentException("format = " + format + ": ONNX Runtime casts from no four-bit format");
  }
}
