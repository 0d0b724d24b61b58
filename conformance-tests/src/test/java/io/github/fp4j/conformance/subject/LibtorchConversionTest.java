package io.github.fp4j.conformance.subject;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.Variants;
import java.util.function.IntUnaryOperator;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** That what is timed as libtorch's conversions converts. */
@ExtendWith(FetchedLibtorch.class)
class LibtorchConversionTest {
  /** Every upper half of a float32, with a lower half that breaks ties upwards, downwards or not. */
  private static final int COUNT = 3 << 16;

  @ParameterizedTest
  @CsvSource({"e4m3, torch-old", "e5m2, torch-2.13"})
  void itEncodesAsTorchDidThenAndDecodesEveryCode(String name, String rule) {
    FloatFormat format = FloatFormat.byName(name).orElseThrow();
    Libtorch.Functions functions = FetchedLibtorch.functions();
    float[] values = new float[COUNT];
    IntUnaryOperator lowerHalf = i -> new int[] {0, 1, 0xFFFF}[i % 3];
    for (int i = 0; i < COUNT; i++) {
      values[i] = Float.intBitsToFloat(i / 3 << 16 | lowerHalf.applyAsInt(i));
    }
    LibtorchConversion conversion = functions.conversion(format, COUNT);
    conversion.values(values);
    conversion.encode();
    byte[] codes = conversion.codes();
    int compared = 0;
    for (int i = 0; i < COUNT; i++) {
      int expected = Variants.byId(format, rule).encode(values[i]);
      assertThat(codes[i] & 0xFF).as("%s of 0x%08x", format, Float.floatToRawIntBits(values[i])).isEqualTo(expected);
      compared++;
    }
    assertThat(compared).isEqualTo(196_608);

    byte[] all = new byte[COUNT];
    for (int i = 0; i < COUNT; i++) {
      all[i] = (byte) i;
    }
    conversion.codes(all);
    conversion.decode();
    float[] numbers = conversion.values();
    for (int i = 0; i < COUNT; i++) {
      assertThat(Float.valueOf(numbers[i])).as("%s code 0x%02x", format, i & 0xFF).isEqualTo(Float.valueOf(ReferenceCodec.decode(format, i & 0xFF)));
    }
  }
}
