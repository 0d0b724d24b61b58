package io.github.fp4j.formats;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.RandomDistribution;
import net.jqwik.api.Tuple;
import org.junit.jupiter.api.Test;

/** {@link CodecProperty} holds of every codec here, and fails of codecs that are wrong on purpose. */
class CodecPropertiesTest {

  /** A codec under test and the rule it claims to follow. */
  record Subject(String name, Conversion rule, Encoder encoder) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static List<Subject> subjects() {
    List<Subject> subjects = new ArrayList<>();
    for (FloatFormat format : FloatFormat.named()) {
      for (Rounding rounding : Rounding.values()) {
        if (rounding != Rounding.STOCHASTIC) {
          Conversion rule = Conversion.cuda(format).with(rounding);
          subjects.add(new Subject("reference " + format + " " + rounding, rule, Encoder.of(rule)));
        }
      }
    }
    Encoder e2m1 = E2m1::encode;
    Encoder e4m3 = E4m3::encode;
    Encoder e5m2 = E5m2::encode;
    subjects.add(new Subject("fast e2m1", Conversion.cuda(FloatFormat.E2M1), e2m1));
    subjects.add(new Subject("fast e4m3", Conversion.cuda(FloatFormat.E4M3), e4m3));
    subjects.add(new Subject("fast e5m2", Conversion.cuda(FloatFormat.E5M2), e5m2));
    for (Rounding rounding : new Rounding[] {Rounding.UP, Rounding.TOWARD_ZERO, Rounding.NEAREST_AWAY, Rounding.NEAREST_EVEN}) {
      Encoder ue8m0 = value -> Ue8m0.encode(value, rounding);
      subjects.add(new Subject("fast ue8m0 " + rounding, Conversion.cuda(FloatFormat.UE8M0).with(rounding), ue8m0));
    }
    return subjects;
  }

  @Property(tries = 100_000)
  void everyPropertyHoldsOfEveryCodec(
      @ForAll("subjectList") Subject subject, @ForAll CodecProperty property, @ForAll("floats") float x, @ForAll("floats") float y) {
    property.check(subject.rule(), subject.encoder(), x, y);
  }

  @Provide
  Arbitrary<Subject> subjectList() {
    return Arbitraries.of(subjects());
  }

  /** Any bit pattern, NaNs included; and what lies near the boundaries of the narrow formats. */
  @Provide
  Arbitrary<Float> floats() {
    List<Float> near = new ArrayList<>();
    for (int bits : QuickSet.boundaries(FloatFormat.E4M3)) {
      near.add(Float.intBitsToFloat(bits));
    }
    Arbitrary<Float> any = Arbitraries.integers().withDistribution(RandomDistribution.uniform()).map(Float::intBitsToFloat);
    Arbitrary<Float> moderate = Arbitraries.integers().between(0x30000000, 0x48000000).map(Float::intBitsToFloat);
    return Arbitraries.frequencyOf(Tuple.of(2, any), Tuple.of(1, moderate), Tuple.of(2, Arbitraries.of(near)));
  }

  /** Codecs that are wrong in an obvious way, and which properties notice. */
  private enum Mutant {
    TIES_AWAY(CodecProperty.TIES_TO_EVEN) {
      @Override
      int encode(Conversion rule, float value) {
        return ReferenceCodec.encode(rule.with(Rounding.NEAREST_AWAY), value);
      }
    },
    TOWARD_ZERO(CodecProperty.WITHIN_ULP, CodecProperty.TIES_TO_EVEN) {
      @Override
      int encode(Conversion rule, float value) {
        return ReferenceCodec.encode(rule.with(Rounding.TOWARD_ZERO), value);
      }
    },
    NO_SATURATION(CodecProperty.MONOTONE, CodecProperty.SATURATES) {
      @Override
      int encode(Conversion rule, float value) {
        return ReferenceCodec.encode(rule, Math.abs(value) > rule.format().maxFinite() ? Math.copySign(0, value) : value);
      }
    },
    NAN_TO_ZERO(CodecProperty.ONE_NAN) {
      @Override
      int encode(Conversion rule, float value) {
        return ReferenceCodec.encode(rule.with(NanPolicy.ZERO), value);
      }
    },
    NAN_KEEPS_ITS_SIGN(CodecProperty.ONE_NAN) {
      @Override
      int encode(Conversion rule, float value) {
        boolean minus = Float.isNaN(value) && Float.floatToRawIntBits(value) < 0;
        return ReferenceCodec.encode(rule, value) | (minus ? rule.format().signMask() : 0);
      }
    },
    MINUS_ZERO_DROPPED(CodecProperty.ROUND_TRIP, CodecProperty.SIGN_SYMMETRIC) {
      @Override
      int encode(Conversion rule, float value) {
        return ReferenceCodec.encode(rule.with(ZeroSign.DROP), value);
      }
    },
    SIGN_LOST(CodecProperty.ROUND_TRIP, CodecProperty.MONOTONE, CodecProperty.SIGN_SYMMETRIC, CodecProperty.WITHIN_ULP, CodecProperty.SATURATES) {
      @Override
      int encode(Conversion rule, float value) {
        return ReferenceCodec.encode(rule, Math.abs(value));
      }
    },
    THROUGH_BF16(CodecProperty.WITHIN_ULP) {
      @Override
      int encode(Conversion rule, float value) {
        return ReferenceCodec.encode(rule.after(FloatFormat.BF16), value);
      }
    },
    SMALLEST_NUMBER_FLUSHED(CodecProperty.ROUND_TRIP, CodecProperty.WITHIN_ULP) {
      @Override
      int encode(Conversion rule, float value) {
        int code = ReferenceCodec.encode(rule, value);
        return (code & rule.format().magnitudeMask()) == 1 ? code - 1 : code;
      }
    },
    SATURATES_ONE_TOO_LOW(CodecProperty.MONOTONE, CodecProperty.SATURATES) {
      @Override
      int encode(Conversion rule, float value) {
        int code = ReferenceCodec.encode(rule, value);
        return Math.abs(value) > rule.format().maxFinite() ? code - 1 : code;
      }
    };

    private final Set<CodecProperty> killers;

    Mutant(CodecProperty... killers) {
      this.killers = Set.of(killers);
    }

    abstract int encode(Conversion rule, float value);
  }

  /** On the same inputs the true codec passes everything; each mutant is caught by exactly the properties named with it, in each of three formats. */
  @Test
  void everyMutantIsKilledByTheNamedProperties() {
    for (FloatFormat format : List.of(FloatFormat.E2M1, FloatFormat.E4M3, FloatFormat.E5M2)) {
      Conversion rule = Conversion.cuda(format);
      assertThat(violated(rule, Encoder.of(rule))).as("%s itself", format).isEmpty();
      for (Mutant mutant : Mutant.values()) {
        Encoder encoder = value -> mutant.encode(rule, value);
        assertThat(violated(rule, encoder)).as("%s %s", format, mutant).isEqualTo(mutant.killers);
      }
    }
  }

  /** And every property is needed for something, but for idempotence, which a wrong rounding to numbers of the format keeps. */
  @Test
  void aCodecThatKeepsMovingIsNotIdempotent() {
    Conversion rule = Conversion.cuda(FloatFormat.E4M3);
    Encoder halving = value -> ReferenceCodec.encode(rule, value / 2);
    assertThat(violated(rule, halving)).contains(CodecProperty.IDEMPOTENT);
    Set<CodecProperty> killers = EnumSet.of(CodecProperty.IDEMPOTENT);
    for (Mutant mutant : Mutant.values()) {
      killers.addAll(mutant.killers);
    }
    assertThat(killers).containsExactly(CodecProperty.values());
  }

  private static Set<CodecProperty> violated(Conversion rule, Encoder encoder) {
    Set<CodecProperty> violated = EnumSet.noneOf(CodecProperty.class);
    int[] everyCode = IntStream.range(0, rule.format().codeCount()).toArray();
    int[] inputs = IntStream.concat(Arrays.stream(QuickSet.boundaries(rule.format())), Arrays.stream(everyCode)).toArray();
    for (CodecProperty property : CodecProperty.values()) {
      for (int i = 0; i < inputs.length && !violated.contains(property); i++) {
        float previous = Float.intBitsToFloat(inputs[Math.max(i - 1, 0)]);
        try {
          property.check(rule, encoder, Float.intBitsToFloat(inputs[i]), previous);
        } catch (AssertionError failure) {
          violated.add(property);
        }
      }
    }
    return violated;
  }
}
