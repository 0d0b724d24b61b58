package io.github.fp4j.simd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.CodedAdam;
import io.github.fp4j.backend.CodedAdam.Moment;
import io.github.fp4j.backend.ReferenceBackend;
import io.github.fp4j.formats.codebook.BlockwiseCodebook;
import io.github.fp4j.formats.codebook.Codebook;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The update of coded moments on vectors against its definition on the scalar kernels, bit for bit, over steps that follow each other. */
class SimdCodedAdamTest {
  private static final CodedAdam DEFINITION = CodedAdam.inTurn(ReferenceBackend.INSTANCE.optimizers().orElseThrow());
  private static final int[] SIZES = {2, 32, 64, 128, 1024, 4096};
  private static final int[] LENGTHS = {0, 1, 63, 64, 127, 512, 1000, 4096, 9001};
  private static final int STEPS = 3;

  private CodedAdam vector = DEFINITION;

  @BeforeEach
  void take512Bits() {
    Optional<CodedAdam> coded = Widths.optimizers().stream().flatMap(width -> width.kernels().codedAdam().stream()).findFirst();
    assumeTrue(coded.isPresent(), "no vectors of 512 bits here");
    vector = coded.orElseThrow();
  }

  @Test
  void bitsAreThoseOfTheDefinition() {
    int compared = 0;
    for (int size : SIZES) {
      for (int length : LENGTHS) {
        for (int form = 0; form < 8; form++) {
          Codebook codebook = form % 4 == 0 ? Codebook.SIGNED_DYNAMIC_8 : Codebook.SIGNED_DYNAMIC_4;
          compared += compare(new BlockwiseCodebook(codebook, size), new BlockwiseCodebook(Codebook.LINEAR_4, size), length, form);
        }
      }
    }
    assertThat(compared).isEqualTo(SIZES.length * LENGTHS.length * 8 * STEPS);
  }

  @Test
  void everyPairOfCodebooksIsTaken() {
    int compared = 0;
    for (Codebook first : Codebook.all()) {
      for (Codebook second : Codebook.all()) {
        compared += compare(new BlockwiseCodebook(first, 128), new BlockwiseCodebook(second, 128), 700, 2);
      }
    }
    assertThat(compared).isEqualTo(Codebook.all().size() * Codebook.all().size() * STEPS);
  }

  private int compare(BlockwiseCodebook firstFormat, BlockwiseCodebook secondFormat, int length, int form) {
    SplittableRandom random = new SplittableRandom(31L * length + form);
    int from = firstFormat.blockSize();
    List<CodedAdam> both = List.of(DEFINITION, vector);
    float[] start = noise(random, length + 3, false);
    List<float[]> p = List.of(start, start.clone());
    List<Moment> first = List.of(zeros(firstFormat, from + length), zeros(firstFormat, from + length));
    List<Moment> second = List.of(zeros(secondFormat, from + length), zeros(secondFormat, from + length));
    AdamCoefficients c = coefficients((form & 1) != 0, (form & 2) != 0);
    for (int step = 0; step < STEPS; step++) {
      float[] g = noise(random, length + 2, form >= 4);
      for (int i = 0; i < both.size(); i++) {
        both.get(i).adam(c, p.get(i), 3, g, 2, first.get(i), second.get(i), from, length);
      }
      assertSame(p.get(1), p.get(0), firstFormat + ", length " + length + ", form " + form);
      assertSame(first.get(1), first.get(0));
      assertSame(second.get(1), second.get(0));
    }
    return STEPS;
  }

  private static AdamCoefficients coefficients(boolean lerp, boolean conditions) {
    AdamCoefficients c = new AdamCoefficients();
    c.lerp = lerp;
    c.beta1 = .9f;
    c.oneMinusBeta1 = .1f;
    c.beta2 = .999f;
    c.oneMinusBeta2 = .001f;
    c.stepSize = 1e-2f;
    c.inverseRootCorrection2 = 3;
    c.epsilon = 1e-8f;
    c.decay = .999f;
    if (conditions) {
      c.threshold = 1.5f;
      c.ratio = .25f;
      c.gain = 1.75f;
    }
    return c;
  }

  /** Normal numbers with a run of zeros, or among them any bits: subnormals, infinities, NaNs. */
  private static float[] noise(SplittableRandom random, int length, boolean withAnything) {
    float[] values = new float[length];
    for (int i = length / 3; i < length; i++) {
      values[i] = withAnything && random.nextInt(200) == 0 ? Float.intBitsToFloat(random.nextInt()) : (float) random.nextGaussian();
    }
    return values;
  }

  private static Moment zeros(BlockwiseCodebook format, int length) {
    Moment moment = new Moment(format, new byte[format.codebook().bytes(length)], new float[format.blocks(length)]);
    format.encode(new float[length], 0, length, moment.packed(), 0, moment.scales(), 0);
    return moment;
  }

  private static void assertSame(Moment actual, Moment expected) {
    assertThat(actual.packed()).isEqualTo(expected.packed());
    assertSame(actual.scales(), expected.scales(), "scales");
  }

  /** Any NaN equals any other. */
  private static void assertSame(float[] actual, float[] expected, String what) {
    assertThat(Arrays.mismatch(actual, expected)).as("first difference, %s", what).isEqualTo(-1);
  }
}
