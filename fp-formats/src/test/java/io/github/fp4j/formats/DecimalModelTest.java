package io.github.fp4j.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** {@link ReferenceCodec} and the fast codecs against {@link DecimalModel}, float32 and float64, with the double-rounding traps of coverage class X3. */
class DecimalModelTest {
  private static final List<Rounding> DETERMINISTIC =
      Arrays.stream(Rounding.values()).filter(rounding -> rounding != Rounding.STOCHASTIC).toList();

  @Tag("exhaustive")
  @Test
  void everyRoundingOfTheQuickSet() {
    long cases = 0;
    for (FloatFormat format : List.of(FloatFormat.E2M1, FloatFormat.E4M3, FloatFormat.E5M2, FloatFormat.UE8M0)) {
      int[] inputs = QuickSet.of(format);
      for (Rounding rounding : DETERMINISTIC) {
        Conversion conversion = Conversion.cuda(format).with(rounding);
        DecimalModel model = new DecimalModel(conversion);
        long mismatches =
            Arrays.stream(inputs).parallel().mapToObj(Float::intBitsToFloat)
                .filter(value -> ReferenceCodec.encode(conversion, value) != model.encode(value)).count();
        assertThat(mismatches).as("%s %s", format, rounding).isZero();
        cases += inputs.length;
      }
    }
    assertThat(cases).isEqualTo(2_934_576);
  }

  @Test
  void everyFormatAtItsBoundariesFromFloat64() {
    long cases = 0;
    for (FloatFormat format : FloatFormat.named()) {
      if (format.width() > 8) {
        continue;
      }
      double[] inputs = float64Boundaries(format);
      for (Overflow overflow : new Overflow[] {Overflow.SATURATE, Overflow.NAN, Overflow.INFINITY}) {
        if (overflow == Overflow.NAN && !format.hasNan() || overflow == Overflow.INFINITY && !format.hasInfinity()) {
          continue;
        }
        for (Rounding rounding : DETERMINISTIC) {
          Conversion conversion = Conversion.cuda(format).with(overflow).with(rounding);
          DecimalModel model = new DecimalModel(conversion);
          for (double value : inputs) {
            assertThat(ReferenceCodec.encode(conversion, value)).as("%s of %a", conversion, value).isEqualTo(model.encode(value));
          }
          cases += inputs.length;
        }
      }
    }
    assertThat(cases).isEqualTo(171_138);
  }

  @Test
  void theFastCodecsRoundFloat64Once() {
    for (double value : float64Boundaries(FloatFormat.E2M1)) {
      assertThat(E2m1.encode(value)).as("%a", value).isEqualTo(ReferenceCodec.encode(Conversion.cuda(FloatFormat.E2M1), value));
    }
    for (double value : float64Boundaries(FloatFormat.E4M3)) {
      assertThat(E4m3.encode(value)).as("%a", value).isEqualTo(ReferenceCodec.encode(Conversion.cuda(FloatFormat.E4M3), value));
    }
    for (double value : float64Boundaries(FloatFormat.E5M2)) {
      assertThat(E5m2.encode(value)).as("%a", value).isEqualTo(ReferenceCodec.encode(Conversion.cuda(FloatFormat.E5M2), value));
    }
  }

  /** Beside every tie lies one float64, and only one, that goes the other way when it is rounded to float32 first. */
  @ParameterizedTest
  @CsvSource({
    "e2m1,  SATURATE, 14", // 7 ties, two signs
    "e4m3,  SATURATE, 252", // 126 ties
    "e4m3,  NAN,      254", // and 464
    "e5m2,  SATURATE, 246", // 123 ties
    "e5m2,  INFINITY, 248", // and 61440
    "ue8m0, SATURATE, 508", // toward plus infinity: just above each of 254 numbers that have a successor
    "ue8m0, NAN,      510", // and above the last
  })
  void throughFloat32IsDoubleRounding(String name, Overflow overflow, int traps) {
    FloatFormat format = FloatFormat.byName(name).orElseThrow();
    Conversion conversion = Conversion.cuda(format).with(overflow);
    DecimalModel model = new DecimalModel(conversion);
    int found = 0;
    for (double value : float64Boundaries(format)) {
      int once = ReferenceCodec.encode(conversion, value);
      assertThat(once).isEqualTo(model.encode(value));
      if (once != ReferenceCodec.encode(conversion, (float) value)) {
        found++;
      }
    }
    assertThat(found).isEqualTo(traps);
  }

  /** Every tie of E4M3 is an fp16 number, so a float32 beside it becomes that tie on the way through fp16. */
  @Test
  void throughFp16IsDoubleRounding() {
    Conversion direct = Conversion.cuda(FloatFormat.E4M3);
    int found = 0;
    for (int bits : QuickSet.boundaries(FloatFormat.E4M3)) {
      float value = Float.intBitsToFloat(bits);
      float halfway = Float.float16ToFloat(Float.floatToFloat16(value));
      int once = ReferenceCodec.encode(direct, value);
      assertThat(ReferenceCodec.encode(direct.after(FloatFormat.FP16), value)).isEqualTo(ReferenceCodec.encode(direct, halfway));
      assertThat(E4m3.encode(value)).isEqualTo(once);
      if (once != ReferenceCodec.encode(direct, halfway)) {
        found++;
      }
    }
    assertThat(found).isEqualTo(252);
  }

  /** Section n of the survey of implementations: measured on CUDA's host conversion. */
  @ParameterizedTest
  @CsvSource({
    "e2m1, SATURATE, 0x1.0000000000001p-2, 1,    0",
    "e2m1, SATURATE, 0x1.4000000000001p+2, 7,    6",
    "e2m1, SATURATE, 0x1.7ffffffffffffp-1, 1,    2",
    "e4m3, NAN,      0x1.d000000000001p+8, 0x7f, 0x7e",
  })
  void theVectorsOfCudasHostConversion(String name, Overflow overflow, String value, String once, String throughFloat) {
    Conversion conversion = Conversion.cuda(FloatFormat.byName(name).orElseThrow()).with(overflow);
    double input = Double.parseDouble(value);
    assertThat(ReferenceCodec.encode(conversion, input)).isEqualTo(Integer.decode(once));
    assertThat(ReferenceCodec.encode(conversion, (float) input)).isEqualTo(Integer.decode(throughFloat));
  }

  /** Numbers and midpoints of the format as float64, each exact and one float64 ulp to either side, both signs, and specials. */
  private static double[] float64Boundaries(FloatFormat format) {
    DoubleStream thresholds =
        IntStream.rangeClosed(0, format.maxFiniteCode()).mapToDouble(code -> ReferenceCodec.decodeDouble(format, code)).flatMap(
            value -> {
              double next = value + QuickSet.ulp(format, value);
              return DoubleStream.of(value, (value + next) / 2, next);
            });
    DoubleStream specials = DoubleStream.of(0, Double.MIN_VALUE, 0x1p-1022, 1e-60, 1e60, Double.MAX_VALUE, Double.POSITIVE_INFINITY);
    return DoubleStream.concat(
            DoubleStream.concat(thresholds, specials)
                .flatMap(x -> DoubleStream.of(Math.nextDown(x), x, Math.nextUp(x)))
                .map(Math::abs)
                .flatMap(x -> DoubleStream.of(x, -x)),
            DoubleStream.of(Double.NaN))
        .distinct()
        .toArray();
  }
}
