package io.github.fp4j.formats;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.formats.EveryFloat.Result;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every codec against {@link Staircase} for all 2^32 floats (coverage class X2 in full). */
@Tag("exhaustive")
class EveryFloatTest {
  private static final Conversion E2M1 = Conversion.cuda(FloatFormat.E2M1);
  private static final Conversion E4M3 = Conversion.cuda(FloatFormat.E4M3);
  private static final Conversion E5M2 = Conversion.cuda(FloatFormat.E5M2);

  @Test
  void e2m1() {
    assertThat(EveryFloat.compare(E2M1, (first, expected) -> {
      int mismatches = 0;
      for (int i = 0; i < expected.length; i++) {
        mismatches += (byte) E2m1.encode(Float.intBitsToFloat(first + i)) == expected[i] ? 0 : 1;
      }
      return mismatches;
    })).isEqualTo(Result.ALL_EQUAL);
  }

  @Test
  void e4m3() {
    assertThat(EveryFloat.compare(E4M3, (first, expected) -> {
      int mismatches = 0;
      for (int i = 0; i < expected.length; i++) {
        mismatches += (byte) E4m3.encode(Float.intBitsToFloat(first + i)) == expected[i] ? 0 : 1;
      }
      return mismatches;
    })).isEqualTo(Result.ALL_EQUAL);
  }

  @Test
  void e4m3NonSaturating() {
    assertThat(EveryFloat.compare(E4M3.with(Overflow.NAN), (first, expected) -> {
      int mismatches = 0;
      for (int i = 0; i < expected.length; i++) {
        mismatches += (byte) E4m3.encodeNonSaturating(Float.intBitsToFloat(first + i)) == expected[i] ? 0 : 1;
      }
      return mismatches;
    })).isEqualTo(Result.ALL_EQUAL);
  }

  @Test
  void e5m2() {
    assertThat(EveryFloat.compare(E5M2, (first, expected) -> {
      int mismatches = 0;
      for (int i = 0; i < expected.length; i++) {
        mismatches += (byte) E5m2.encode(Float.intBitsToFloat(first + i)) == expected[i] ? 0 : 1;
      }
      return mismatches;
    })).isEqualTo(Result.ALL_EQUAL);
  }

  @Test
  void e5m2NonSaturating() {
    assertThat(EveryFloat.compare(E5M2.with(Overflow.INFINITY), (first, expected) -> {
      int mismatches = 0;
      for (int i = 0; i < expected.length; i++) {
        mismatches += (byte) E5m2.encodeNonSaturating(Float.intBitsToFloat(first + i)) == expected[i] ? 0 : 1;
      }
      return mismatches;
    })).isEqualTo(Result.ALL_EQUAL);
  }

  @ParameterizedTest
  @EnumSource(names = {"UP", "TOWARD_ZERO", "NEAREST_AWAY", "NEAREST_EVEN"})
  void ue8m0(Rounding rounding) {
    assertThat(EveryFloat.compare(Conversion.cuda(FloatFormat.UE8M0).with(rounding), (first, expected) -> {
      int mismatches = 0;
      for (int i = 0; i < expected.length; i++) {
        mismatches += (byte) Ue8m0.encode(Float.intBitsToFloat(first + i), rounding) == expected[i] ? 0 : 1;
      }
      return mismatches;
    })).isEqualTo(Result.ALL_EQUAL);
  }

  @ParameterizedTest
  @EnumSource(names = {"UP", "TOWARD_ZERO", "NEAREST_AWAY", "NEAREST_EVEN"})
  void ue8m0NonSaturating(Rounding rounding) {
    assertThat(EveryFloat.compare(Conversion.cuda(FloatFormat.UE8M0).with(rounding).with(Overflow.NAN), (first, expected) -> {
      int mismatches = 0;
      for (int i = 0; i < expected.length; i++) {
        mismatches += (byte) Ue8m0.encodeNonSaturating(Float.intBitsToFloat(first + i), rounding) == expected[i] ? 0 : 1;
      }
      return mismatches;
    })).isEqualTo(Result.ALL_EQUAL);
  }

  @ParameterizedTest
  @EnumSource(names = {"E2M1", "E4M3"})
  void theReference(Reference reference) {
    assertThat(EveryFloat.compare(reference.conversion, (first, expected) -> {
      int mismatches = 0;
      for (int i = 0; i < expected.length; i++) {
        mismatches += (byte) ReferenceCodec.encode(reference.conversion, Float.intBitsToFloat(first + i)) == expected[i] ? 0 : 1;
      }
      return mismatches;
    })).isEqualTo(Result.ALL_EQUAL);
  }

  enum Reference {
    E2M1(EveryFloatTest.E2M1),
    E4M3(EveryFloatTest.E4M3);

    private final Conversion conversion;

    Reference(Conversion conversion) {
      this.conversion = conversion;
    }
  }

  /** The sweep sees a single wrong float. */
  @Test
  void aSweepCountsOneWrongFloat() {
    int wrong = Float.floatToRawIntBits(1.2500001f);
    Result result = EveryFloat.compare(E2M1, (first, expected) -> {
      int at = wrong - first;
      return at >= 0 && at < expected.length && expected[at] == 3 ? 1 : 0;
    });
    assertThat(result).isEqualTo(new Result(1L << 32, 1));
  }
}
