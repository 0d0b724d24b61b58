package io.github.fp4j.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.Overflow;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.Rounding;
import io.github.fp4j.formats.Staircase;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every conversion that a bundled library says it supports, against the models. */
class ConversionsTest {

  @ParameterizedTest
  @CsvSource({"host, 156", "nvidia-headers, 15"})
  void everyConversionFromFloatEqualsTheStaircase(String backend, int expectedConversions) {
    ConversionKernels kernels = Bundled.kernels(backend);
    List<Conversion> conversions = Inputs.conversions().stream().filter(kernels::supports).toList();
    long compared = 0;
    long expected = 0;
    for (Conversion conversion : conversions) {
      Staircase staircase = Staircase.of(conversion);
      float[] values = Inputs.floats(staircase);
      byte[] codes = new byte[values.length];
      kernels.encode(conversion, values, 0, codes, 0, values.length);
      for (int i = 0; i < values.length; i++) {
        int bits = Float.floatToRawIntBits(values[i]);
        if ((codes[i] & 0xFF) != staircase.code(staircase.stepOf(bits))) {
          throw new AssertionError("%s %s: input 0x%08x gives 0x%02x, expected 0x%02x"
              .formatted(backend, conversion, bits, codes[i], staircase.code(staircase.stepOf(bits))));
        }
        compared++;
      }
      expected += Inputs.SIXTEEN_BIT_COUNT + 3L * staircase.size();
    }
    assertThat(conversions).hasSize(expectedConversions);
    assertThat(compared).isEqualTo(expected);
  }

  @ParameterizedTest
  @CsvSource({"host, 156", "nvidia-headers, 14"})
  void everyConversionFromDoubleRoundsOnce(String backend, int expectedConversions) {
    ConversionKernels kernels = Bundled.kernels(backend);
    List<Conversion> conversions = Inputs.conversions().stream().filter(kernels::supportsDouble).toList();
    for (Conversion conversion : conversions) {
      double[] values = Inputs.doubles(Staircase.of(conversion));
      byte[] codes = new byte[values.length];
      kernels.encode(conversion, values, 0, codes, 0, values.length);
      for (int i = 0; i < values.length; i++) {
        int expected = ReferenceCodec.encode(conversion, values[i]);
        if ((codes[i] & 0xFF) != expected) {
          throw new AssertionError("%s %s: input %s gives 0x%02x, expected 0x%02x".formatted(backend, conversion, values[i], codes[i], expected));
        }
      }
      assertThat(values.length).isGreaterThan(65_000);
    }
    assertThat(conversions).hasSize(expectedConversions);
  }

  @ParameterizedTest
  @ValueSource(strings = {"host", "nvidia-headers"})
  void doublesTakeNoDetourThroughFloat(String backend) { // spec (n): by way of float the codes would be 0, 6, 2 and 0x7E
    ConversionKernels kernels = Bundled.kernels(backend);
    Conversion e2m1 = NvidiaHeaders.fromDouble(FloatFormat.E2M1);
    assertThat(encode(kernels, e2m1, 0x1.0000000000001p-2)).isEqualTo(1);
    assertThat(encode(kernels, e2m1, 0x1.4000000000001p+2)).isEqualTo(7);
    assertThat(encode(kernels, e2m1, 0x1.7ffffffffffffp-1)).isEqualTo(1);
    assertThat(encode(kernels, NvidiaHeaders.fromDouble(FloatFormat.E4M3).with(Overflow.NAN), 0x1.d000000000001p+8)).isEqualTo(0x7F);
  }

  @Test
  void nvidiasHeadersKeepTheSignOfNanFromDoubleOnly() { // spec (m), table 2
    ConversionKernels kernels = Bundled.kernels("nvidia-headers");
    float floatNan = Float.intBitsToFloat(0xFFC00000);
    double doubleNan = Double.longBitsToDouble(0xFFF8000000000000L);
    double payload = Double.longBitsToDouble(0xFFFC000000000000L);
    for (FloatFormat format : List.of(FloatFormat.E4M3, FloatFormat.E5M2)) {
      Conversion fromFloat = NvidiaHeaders.fromFloat(format);
      Conversion fromDouble = NvidiaHeaders.fromDouble(format);
      assertThat(encode(kernels, fromFloat, floatNan)).isEqualTo(0x7F);
      assertThat(encode(kernels, fromDouble, doubleNan)).isEqualTo(format == FloatFormat.E4M3 ? 0xFF : 0xFE);
      assertThat(encode(kernels, fromDouble, payload)).isEqualTo(0xFF);
      assertThat(kernels.supports(fromDouble)).isFalse();
      assertThat(kernels.supportsDouble(fromFloat)).isFalse();
    }
    assertThat(encode(kernels, NvidiaHeaders.fromDouble(FloatFormat.E2M1), doubleNan)).isEqualTo(7);
  }

  @Test
  void nvidiasHeadersLeaveLargeDoublesFiniteWhenTruncatingToE8m0() {
    ConversionKernels kernels = Bundled.kernels("nvidia-headers");
    Conversion toNan = Conversion.cuda(FloatFormat.UE8M0).with(Rounding.TOWARD_ZERO).with(Overflow.NAN);
    Conversion finite = toNan.with(Overflow.SATURATE_FINITE);
    assertThat(kernels.supportsDouble(toNan)).isFalse();
    assertThat(encode(kernels, finite, 0x1p128)).isEqualTo(0xFE);
    assertThat(encode(kernels, finite, Double.POSITIVE_INFINITY)).isEqualTo(0xFF);
    assertThat(encode(kernels, toNan.with(Rounding.UP), 0x1p128)).isEqualTo(0xFF);
  }

  @ParameterizedTest
  @CsvSource({"host, 9", "nvidia-headers, 6"})
  void everyCodeDecodesExactly(String backend, int expectedFormats) {
    ConversionKernels kernels = Bundled.kernels(backend);
    List<FloatFormat> formats = FloatFormat.named().stream().filter(kernels::supportsDecoding).toList();
    assertThat(formats).hasSize(expectedFormats);
    byte[] codes = new byte[256];
    for (int code = 0; code < 256; code++) {
      codes[code] = (byte) code;
    }
    float[] values = new float[256];
    for (FloatFormat format : formats) {
      kernels.decode(format, codes, 0, values, 0, 256);
      for (int code = 0; code < 256; code++) { // more than the format's codes: bits above its width are ignored
        assertThat(Float.floatToRawIntBits(values[code]))
            .as("%s 0x%02x", format, code)
            .isEqualTo(Float.floatToRawIntBits(ReferenceCodec.decode(format, code)));
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"host", "nvidia-headers"})
  void packedCodesAreTheCodesTwoToAByte(String backend) {
    ConversionKernels kernels = Bundled.kernels(backend);
    Conversion conversion = Conversion.cuda(FloatFormat.E2M1);
    for (int length : new int[] {0, 1, 2, 3, 8191, 8192, 8193, 20_001}) {
      float[] values = new float[length + 5];
      for (int i = 0; i < values.length; i++) {
        values[i] = (i * 37 % 101 - 50) * 0.125f;
      }
      byte[] codes = new byte[length];
      byte[] packed = new byte[length / 2 + 4];
      Arrays.fill(packed, (byte) 0xA5);
      kernels.encode(conversion, values, 5, codes, 0, length);
      kernels.encodePacked(conversion, values, 5, packed, 1, length);
      byte[] expected = new byte[packed.length];
      Arrays.fill(expected, (byte) 0xA5);
      Arrays.fill(expected, 1, 1 + (length + 1) / 2, (byte) 0);
      for (int i = 0; i < length; i++) {
        expected[1 + i / 2] |= (byte) (codes[i] << 4 * (i & 1));
      }
      assertThat(packed).isEqualTo(expected);

      float[] unpacked = new float[length + 3];
      float[] decoded = new float[length + 3];
      kernels.decodePacked(FloatFormat.E2M1, packed, 1, unpacked, 2, length);
      kernels.decode(FloatFormat.E2M1, codes, 0, decoded, 2, length);
      assertThat(unpacked).isEqualTo(decoded);
      assertThat(unpacked[length + 2]).isZero();
    }
  }

  private static int encode(ConversionKernels kernels, Conversion conversion, double value) {
    byte[] code = new byte[1];
    kernels.encode(conversion, new double[] {value}, 0, code, 0, 1);
    return code[0] & 0xFF;
  }

  private static int encode(ConversionKernels kernels, Conversion conversion, float value) {
    byte[] code = new byte[1];
    kernels.encode(conversion, new float[] {value}, 0, code, 0, 1);
    return code[0] & 0xFF;
  }
}
