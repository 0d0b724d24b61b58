package io.github.fp4j.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.CodedAdam;
import io.github.fp4j.backend.CodedAdam.Moment;
import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.backend.ReferenceBackend;
import io.github.fp4j.formats.codebook.BlockwiseCodebook;
import io.github.fp4j.formats.codebook.Codebook;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Arguments of an update of moments in codes are checked before the host library sees them. Its results are the judge's: suite XO. */
class NativeCodedAdamTest {
  private static final int LENGTH = 256;
  private final AdamCoefficients coefficients = new AdamCoefficients();
  private final float[] parameters = new float[LENGTH];
  private final float[] gradient = new float[LENGTH];
  private CodedAdam adam;

  @BeforeEach
  void open() {
    adam = Bundled.backend("host").optimizers().orElseThrow().codedAdam().orElseThrow();
    Arrays.fill(parameters, 1);
    Arrays.fill(gradient, 1);
  }

  private static Moment moment(Codebook codebook, int blockSize, int bytes, int scales) {
    return new Moment(new BlockwiseCodebook(codebook, blockSize), new byte[bytes], new float[scales]);
  }

  private static Moment moment(Codebook codebook, int blockSize) {
    return moment(codebook, blockSize, codebook.bytes(LENGTH), LENGTH / blockSize);
  }

  private ThrowingCallable update(Moment first, Moment second, int parametersOffset, int gradientOffset, int from, int length) {
    return () -> adam.adam(coefficients, parameters, parametersOffset, gradient, gradientOffset, first, second, from, length);
  }

  @Test
  void formatsThatDoNotFitAreRefused() {
    Moment first = moment(Codebook.SIGNED_DYNAMIC_4, 128);
    assertThatIllegalArgumentException()
        .isThrownBy(update(first, moment(Codebook.LINEAR_4, 64), 0, 0, 0, LENGTH))
        .withMessage("blocks of 128 and 64 elements: expected one size that divides 4096");
    assertThatIllegalArgumentException()
        .isThrownBy(update(moment(Codebook.LINEAR_4, 96, 128, 3), moment(Codebook.LINEAR_4, 96, 128, 3), 0, 0, 0, LENGTH))
        .withMessage("blocks of 96 and 96 elements: expected one size that divides 4096");
    assertThatIllegalArgumentException()
        .isThrownBy(update(first, moment(Codebook.LINEAR_4, 128), 0, 0, 64, 64))
        .withMessage("from = 64: expected a multiple of the block size 128");
    assertUntouched(first);
  }

  @Test
  void rangesOutsideTheirArraysAreRefused() {
    Moment first = moment(Codebook.SIGNED_DYNAMIC_4, 128);
    Moment second = moment(Codebook.LINEAR_4, 128);
    Moment fewCodes = moment(Codebook.LINEAR_4, 128, LENGTH / 2 - 1, 2);
    Moment fewScales = moment(Codebook.LINEAR_4, 128, LENGTH / 2, 1);
    for (ThrowingCallable call :
        new ThrowingCallable[] {
          update(first, second, 1, 0, 0, LENGTH),
          update(first, second, 0, 1, 0, LENGTH),
          update(first, second, -1, 0, 0, 1),
          update(first, second, 0, 0, 0, -1),
          update(first, second, 0, 0, 128, 129),
          update(first, second, 0, 0, -128, 128),
          update(fewCodes, second, 0, 0, 0, LENGTH),
          update(first, fewCodes, 0, 0, 0, LENGTH),
          update(fewScales, second, 0, 0, 0, LENGTH),
          update(first, fewScales, 0, 0, 0, LENGTH)
        }) {
      assertThatThrownBy(call).isInstanceOf(IndexOutOfBoundsException.class);
    }
    assertUntouched(first);
    assertUntouched(second);
  }

  private void assertUntouched(Moment moment) {
    assertThat(parameters).containsOnly(1);
    assertThat(moment.packed()).containsOnly((byte) 0);
    assertThat(moment.scales()).containsOnly(0);
  }

  @Test
  void aPartOfATensorIsUpdatedAlone() throws Throwable {
    Moment first = moment(Codebook.SIGNED_DYNAMIC_4, 128);
    Moment second = moment(Codebook.LINEAR_4, 128);
    coefficients.beta1 = .9f;
    coefficients.oneMinusBeta1 = .1f;
    update(first, second, 3, 0, 128, 128).call();
    assertThat(first.scales()).containsExactly(0, .1f);
    assertThat(Arrays.copyOf(first.packed(), 64)).containsOnly((byte) 0);
    assertThat(Arrays.copyOfRange(first.packed(), 64, 128)).containsOnly((byte) 0xFF);
    assertThat(Arrays.copyOf(parameters, 3)).containsOnly(1);
    assertThat(Arrays.copyOfRange(parameters, 131, LENGTH)).containsOnly(1);
  }

  /** The library sees a long update in several pieces. */
  @Test
  void aLongUpdateIsThatOfTheDefinition() {
    int length = 2 * 16 * OptimizerKernels.CHUNK + 300;
    float[] g = noise(length, 1);
    List<float[]> p = List.of(noise(length, 2), noise(length, 2));
    List<Moment> first = List.of(encoded(Codebook.SIGNED_DYNAMIC_4, noise(length, 3)), encoded(Codebook.SIGNED_DYNAMIC_4, noise(length, 3)));
    List<Moment> second = List.of(encoded(Codebook.LINEAR_4, g), encoded(Codebook.LINEAR_4, g));
    coefficients.lerp = true;
    coefficients.beta1 = .9f;
    coefficients.oneMinusBeta1 = .1f;
    coefficients.beta2 = .999f;
    coefficients.oneMinusBeta2 = .001f;
    coefficients.stepSize = 1e-2f;
    coefficients.epsilon = 1e-8f;
    List<CodedAdam> both = List.of(CodedAdam.inTurn(ReferenceBackend.INSTANCE.optimizers().orElseThrow()), adam);
    for (int i = 0; i < both.size(); i++) {
      both.get(i).adam(coefficients, p.get(i), 0, g, 0, first.get(i), second.get(i), 0, length);
    }
    assertThat(p.get(1)).isEqualTo(p.get(0));
    assertThat(first.get(1).packed()).isEqualTo(first.get(0).packed());
    assertThat(first.get(1).scales()).isEqualTo(first.get(0).scales());
    assertThat(second.get(1).packed()).isEqualTo(second.get(0).packed());
    assertThat(second.get(1).scales()).isEqualTo(second.get(0).scales());
  }

  private static float[] noise(int length, long seed) {
    Random random = new Random(seed);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = (float) random.nextGaussian();
    }
    return values;
  }

  private static Moment encoded(Codebook codebook, float[] values) {
    BlockwiseCodebook format = new BlockwiseCodebook(codebook, 128);
    Moment moment = new Moment(format, new byte[codebook.bytes(values.length)], new float[format.blocks(values.length)]);
    format.encode(values, 0, values.length, moment.packed(), 0, moment.scales(), 0);
    return moment;
  }
}
