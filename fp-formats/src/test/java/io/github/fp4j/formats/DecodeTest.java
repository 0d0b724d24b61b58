package io.github.fp4j.formats;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.formats.ExactValue.Kind;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Decoding of every code, and the way back (coverage class X1). */
class DecodeTest {

  @Test
  void allSixteenCodesOfE2m1() {
    float[] magnitudes = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};
    for (int code = 0; code < 16; code++) {
      float expected = code < 8 ? magnitudes[code] : -magnitudes[code - 8];
      assertBits(ReferenceCodec.decode(FloatFormat.E2M1, code), expected);
      assertBits(E2m1.decode(code), expected);
      assertBits(E2m1.decode(code | 0xF0), expected);
    }
  }

  @ParameterizedTest
  @CsvSource({
    "e4m3,  0x00, 0", "e4m3, 0x80, -0.0", "e4m3, 0x01, 0x1p-9", "e4m3, 0x07, 0x1.Cp-7", "e4m3, 0x08, 0x1p-6", "e4m3, 0x20, 0.125", "e4m3, 0x38, 1",
    "e4m3,  0x39, 1.125", "e4m3, 0x78, 256", "e4m3, 0x7E, 448", "e4m3, 0xFE, -448", "e4m3, 0x7F, NaN", "e4m3, 0xFF, NaN",
    "e5m2,  0x01, 0x1p-16", "e5m2, 0x04, 0x1p-14", "e5m2, 0x3C, 1", "e5m2, 0x7B, 57344", "e5m2, 0x7C, Infinity", "e5m2, 0xFC, -Infinity",
    "e5m2,  0x7D, NaN", "e5m2, 0x7E, NaN", "e5m2, 0x7F, NaN",
    "ue8m0, 0x00, 0x1p-127", "ue8m0, 0x01, 0x1p-126", "ue8m0, 0x7F, 1", "ue8m0, 0x80, 2", "ue8m0, 0xFE, 0x1p127", "ue8m0, 0xFF, NaN",
    "ue5m3, 0x01, 0x1p-17", "ue5m3, 0x08, 0x1p-14", "ue5m3, 0x78, 1", "ue5m3, 0xF8, 65536", "ue5m3, 0xFE, 114688", "ue5m3, 0xFF, NaN",
    "ue4m3, 0x7E, 448", "ue4m3, 0xFE, 448", "ue4m3, 0xFF, NaN",
  })
  void anchors(String format, String code, String value) {
    float decoded = ReferenceCodec.decode(FloatFormat.byName(format).orElseThrow(), Integer.decode(code));
    assertBits(decoded, Float.parseFloat(value));
  }

  @Test
  void everyFp16CodeEqualsJavas() {
    for (int code = 0; code < 65536; code++) {
      float expected = Float.float16ToFloat((short) code);
      assertBits(ReferenceCodec.decode(FloatFormat.FP16, code), Float.isNaN(expected) ? Float.NaN : expected);
    }
  }

  @Test
  void everyBf16CodeIsTheUpperHalfOfAFloat() {
    for (int code = 0; code < 65536; code++) {
      float expected = Float.intBitsToFloat(code << 16);
      assertBits(ReferenceCodec.decode(FloatFormat.BF16, code), Float.isNaN(expected) ? Float.NaN : expected);
    }
  }

  @Test
  void theFastTablesEqualTheReference() {
    for (int code = 0; code < 256; code++) {
      assertBits(E4m3.decode(code), ReferenceCodec.decode(FloatFormat.E4M3, code));
      assertBits(E5m2.decode(code), ReferenceCodec.decode(FloatFormat.E5M2, code));
      assertBits(Ue8m0.decode(code), ReferenceCodec.decode(FloatFormat.UE8M0, code));
      assertBits(E4m3.decode(code - 256), E4m3.decode(code));
    }
  }

  @Test
  void everyCodeOfEveryFormatSurvivesTheWayBack() {
    int numbers = 0;
    int infinities = 0;
    int nans = 0;
    for (FloatFormat format : namedAndSwept()) {
      Conversion conversion = Conversion.cuda(format).with(Overflow.SATURATE_FINITE);
      for (int code = 0; code < format.codeCount(); code++) {
        double value = ReferenceCodec.decodeDouble(format, code);
        if (Double.isNaN(value)) {
          assertThat(format.isNan(code)).isTrue();
          nans++;
          continue;
        }
        assertThat(ReferenceCodec.encode(conversion, value)).as("%s code %x from double", format, code).isEqualTo(code);
        assertThat(ReferenceCodec.encode(conversion, (float) value)).as("%s code %x from float", format, code).isEqualTo(code);
        assertThat(ReferenceCodec.encode(conversion, format, code, 0)).as("%s code %x from itself", format, code).isEqualTo(code);
        if (Double.isInfinite(value)) {
          infinities++;
        } else {
          numbers++;
        }
      }
    }
    assertThat(numbers).isEqualTo(145_645);
    assertThat(infinities).isEqualTo(12);
    assertThat(nans).isEqualTo(2_327);
  }

  /** The named formats, and every ExMy of 3 to 10 bits. */
  private static List<FloatFormat> namedAndSwept() {
    List<FloatFormat> formats = new ArrayList<>(FloatFormat.named());
    for (int exponentBits = 1; exponentBits <= 8; exponentBits++) {
      for (int mantissaBits = 0; exponentBits + mantissaBits <= 9; mantissaBits++) {
        if (exponentBits + mantissaBits >= 2) {
          formats.add(FloatFormat.exMy(exponentBits, mantissaBits));
        }
      }
    }
    return formats;
  }

  @Test
  void anExactValueKeepsSignSignificandAndExponent() {
    assertThat(ExactValue.of(-6.0)).isEqualTo(new ExactValue(Kind.FINITE, true, 6L << 50, -50));
    assertThat(ExactValue.of(FloatFormat.E2M1, 0xF)).isEqualTo(new ExactValue(Kind.FINITE, true, 3, 1));
    assertThat(ExactValue.of(FloatFormat.E2M1, 0x8)).isEqualTo(new ExactValue(Kind.FINITE, true, 0, 0));
    assertThat(ExactValue.of(FloatFormat.E5M2, 0xFC)).isEqualTo(new ExactValue(Kind.INFINITE, true, 0, 0));
    assertThat(ExactValue.of(Double.MIN_VALUE)).isEqualTo(new ExactValue(Kind.FINITE, false, 1, -1074));
    assertThat(ExactValue.of(Double.longBitsToDouble(0xFFF8000000000000L))).isEqualTo(new ExactValue(Kind.NAN, true, 0, 0));
  }

  private static void assertBits(float actual, float expected) {
    assertThat(Float.floatToRawIntBits(actual)).isEqualTo(Float.floatToRawIntBits(expected));
  }
}
