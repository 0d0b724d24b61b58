package io.github.fp4j.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** {@link ReferenceCodec} against {@link Staircase}, two derivations of the same answers, under every conversion of every named format, on the quick set. */
class QuickSweepTest {
  private static final Set<NanPolicy> UNCOVERED = Set.of(NanPolicy.UNTESTED, NanPolicy.REFUSE);

  @Tag("exhaustive")
  @Test
  void everyConversionOfEveryNamedFormat() {
    int conversions = 0;
    long cases = 0;
    for (FloatFormat format : FloatFormat.named()) {
      int[] inputs = QuickSet.of(format);
      int[] boundaries = QuickSet.boundaries(format.width() > 8 ? FloatFormat.E4M3 : format);
      NanPolicy usual = Conversion.cuda(format).nan();
      for (Conversion conversion : everyConversion(format)) {
        if (format.width() > 8 && conversion.nan() != usual && conversion.rounding() != Rounding.NEAREST_EVEN) {
          continue; // their staircases are long, and NaN does not round
        }
        int[] asked = conversion.nan() == usual ? inputs : boundaries;
        assertThat(mismatches(conversion, asked)).as("%s, %d inputs", conversion, asked.length).isZero();
        conversions++;
        cases += asked.length;
      }
    }
    assertThat(conversions).isEqualTo(8022);
    assertThat(cases).isEqualTo(217_461_768);
  }

  /** Whatever the staircase covers; the sign of unsigned policies is of no matter to signed formats, of which one such policy stands for all. */
  private static List<Conversion> everyConversion(FloatFormat format) {
    List<Conversion> all = new ArrayList<>();
    for (Rounding rounding : Rounding.values()) {
      for (Overflow overflow : Overflow.values()) {
        for (NanPolicy nan : NanPolicy.values()) {
          for (ZeroSign zeroSign : ZeroSign.values()) {
            for (UnsignedPolicy unsigned : format.signed() ? new UnsignedPolicy[] {UnsignedPolicy.NAN} : UnsignedPolicy.values()) {
              if (rounding != Rounding.STOCHASTIC && !UNCOVERED.contains(nan)) {
                addIfMeaningful(all, format, rounding, overflow, nan, zeroSign, unsigned);
              }
            }
          }
        }
      }
    }
    return all;
  }

  private static void addIfMeaningful(
      List<Conversion> all, FloatFormat format, Rounding rounding, Overflow overflow, NanPolicy nan, ZeroSign zeroSign, UnsignedPolicy unsigned) {
    Conversion conversion;
    try {
      conversion = new Conversion(format, rounding, 0, overflow, nan, zeroSign, unsigned, null);
    } catch (IllegalArgumentException theFormatHasNoSuchCode) {
      return;
    }
    if (Staircase.covers(conversion)) {
      all.add(conversion);
    }
  }

  private static long mismatches(Conversion conversion, int[] ascending) {
    Staircase staircase = Staircase.of(conversion);
    long mismatches = 0;
    int step = 0;
    for (int bits : ascending) {
      while (step + 1 < staircase.size() && Integer.compareUnsigned(staircase.start(step + 1), bits) <= 0) {
        step++;
      }
      if (ReferenceCodec.encode(conversion, Float.intBitsToFloat(bits)) != staircase.code(step)) {
        mismatches++;
      }
    }
    return mismatches;
  }

  @Test
  void anUnsignedPolicyIsOfNoMatterToASignedFormat() {
    for (UnsignedPolicy policy : UnsignedPolicy.values()) {
      Conversion conversion = Conversion.cuda(FloatFormat.E4M3).with(policy);
      for (int bits : QuickSet.boundaries(FloatFormat.E4M3)) {
        float value = Float.intBitsToFloat(bits);
        assertThat(ReferenceCodec.encode(conversion, value)).isEqualTo(ReferenceCodec.encode(Conversion.cuda(FloatFormat.E4M3), value));
      }
    }
  }

  @Test
  void aStaircaseFillsWhatItsStepsSayAcrossTheLastBitPattern() {
    Staircase staircase = Staircase.of(Conversion.cuda(FloatFormat.E4M3));
    int first = -70_000;
    byte[] filled = new byte[140_000];
    staircase.fill(first, filled, 0, filled.length);
    for (int i = 0; i < filled.length; i++) {
      assertThat(filled[i]).isEqualTo((byte) staircase.code(staircase.stepOf(first + i)));
    }
  }

  @Test
  void aConversionWithoutAStaircaseIsRefused() {
    Conversion cuda = Conversion.cuda(FloatFormat.E2M1);
    for (Conversion conversion :
        List.of(cuda.withStochastic(8), cuda.after(FloatFormat.BF16), cuda.with(NanPolicy.UNTESTED), cuda.with(NanPolicy.REFUSE),
            cuda.with(Overflow.SATURATE_FINITE), Conversion.cuda(FloatFormat.exMy(8, 12)))) {
      assertThat(Staircase.covers(conversion)).isFalse();
    }
  }
}
