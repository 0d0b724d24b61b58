package io.github.fp4j.formats;

import static org.assertj.core.api.Assertions.assertThat;

import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Assume;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

/** Stochastic rounding: up as often as the discarded fraction says, and never for a number of the format (coverage class X9). */
class StochasticRoundingTest {
  private static final float[] E2M1 = {0, 0.5f, 1, 1.5f, 2, 3, 4, 6};

  /**
   * Every interval of E2M1, cut at the 256 points where the up-count changes; there the first float, the last and one between; both signs; all 256 random
   * bytes.
   */
  @Test
  void everyThresholdIntervalOfE2m1WithEveryRandomByte() {
    Conversion conversion = Conversion.cuda(FloatFormat.E2M1).withStochastic(8);
    long cases = 0;
    for (int lower = 0; lower < 7; lower++) {
      float step = E2M1[lower + 1] - E2M1[lower];
      for (int part = 0; part < 256; part++) {
        float first = E2M1[lower] + step * part / 256;
        float last = Math.nextDown(E2M1[lower] + step * (part + 1) / 256);
        for (float magnitude : new float[] {first, (first + last) / 2, last}) {
          cases += checkEveryByte(conversion, magnitude, lower, part, 0);
          cases += checkEveryByte(conversion, -magnitude, lower, part, 8);
        }
      }
    }
    assertThat(cases).isEqualTo(7 * 256 * 3 * 2 * 256);
  }

  /** Up for exactly the {@code ups} largest bytes, so that more randomness never rounds down. */
  private static int checkEveryByte(Conversion conversion, float value, int lower, int ups, int sign) {
    for (int random = 0; random < 256; random++) {
      int expected = (random >= 256 - ups ? lower + 1 : lower) | sign;
      if (ReferenceCodec.encode(conversion, value, random) != expected) {
        assertThat(ReferenceCodec.encode(conversion, value, random)).as("%a with random byte %d", value, random).isEqualTo(expected);
      }
    }
    return 256;
  }

  @Test
  void beyondTheLargestNumberItSaturates() {
    Conversion conversion = Conversion.cuda(FloatFormat.E2M1).withStochastic(8);
    for (float value : new float[] {6, Math.nextUp(6f), 7, 7.999f, 8, 1e30f, Float.POSITIVE_INFINITY, Float.NaN}) {
      for (int random = 0; random < 256; random++) {
        assertThat(ReferenceCodec.encode(conversion, value, random)).isEqualTo(7);
      }
    }
  }

  @Property(tries = 2000)
  void theUpCountIsTheFloorOfTheFraction(@ForAll("formats") FloatFormat format, @ForAll @IntRange(min = 1, max = 10) int bits, @ForAll int pattern) {
    float value = Float.intBitsToFloat(pattern);
    Assume.that(Math.abs(value) < format.maxFinite());
    Conversion truncation = Conversion.cuda(format).with(Rounding.TOWARD_ZERO);
    int lower = ReferenceCodec.encode(truncation, value);
    double exact = Math.abs(ReferenceCodec.decodeDouble(format, lower));
    double fraction = (Math.abs((double) value) - exact) / QuickSet.ulp(format, exact);
    int ups = 0;
    for (int random = 0; random < 1 << bits; random++) {
      int code = ReferenceCodec.encode(truncation.withStochastic(bits), value, random);
      assertThat(code).isBetween(lower, lower + 1);
      ups += code - lower;
    }
    assertThat(ups).isEqualTo((int) Math.floor(Math.scalb(fraction, bits)));
  }

  @Property(tries = 400)
  void aNumberOfTheFormatNeverMoves(@ForAll("formats") FloatFormat format, @ForAll @IntRange(min = 1, max = 32) int bits, @ForAll int code, @ForAll int random) {
    int number = code & (format.codeCount() - 1);
    Assume.that((number & format.magnitudeMask()) <= format.maxFiniteCode());
    int drawn = bits == 32 ? random : random & ((1 << bits) - 1);
    Conversion conversion = Conversion.cuda(format).withStochastic(bits);
    assertThat(ReferenceCodec.encode(conversion, ReferenceCodec.decode(format, number), drawn)).isEqualTo(number);
  }

  @Property(tries = 400)
  void moreRandomnessNeverRoundsDown(@ForAll("formats") FloatFormat format, @ForAll float value, @ForAll int one, @ForAll int other) {
    Conversion conversion = Conversion.cuda(format).withStochastic(32);
    int less = ReferenceCodec.encode(conversion, Math.abs(value), Integer.compareUnsigned(one, other) < 0 ? one : other);
    int more = ReferenceCodec.encode(conversion, Math.abs(value), Integer.compareUnsigned(one, other) < 0 ? other : one);
    assertThat(more).isGreaterThanOrEqualTo(less);
  }

  @Provide
  Arbitrary<FloatFormat> formats() {
    return Arbitraries.of(FloatFormat.named().stream().filter(format -> format.width() <= 8 && format.hasZero()).toList());
  }
}
