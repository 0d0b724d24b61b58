package io.github.fp4j.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.CodedAdam;
import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Judge;
import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.formats.codebook.BlockwiseCodebook;
import io.github.fp4j.formats.codebook.Codebook;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.DoubleUnaryOperator;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** Every fault that optimizer kernels of the field have had is found, by the class that asks for it. */
class OptimizerFaultsTest {
  private static final Map<String, CoverageClass> CLASSES =
      OptimizerSuites.all().stream().collect(Collectors.toMap(CoverageClass::id, Function.identity()));

  private static Verdict verdict(Backend subject, String id) throws InterruptedException {
    try (Workers workers = new Workers(2)) {
      return new Judge(List.of(CLASSES.get(id)), 5).judge(List.of(subject), workers, Judge.Listener.SILENT).getFirst().verdict();
    }
  }

  private static void assertFound(Backend subject, String... ids) throws InterruptedException {
    for (String id : ids) {
      assertThat(verdict(subject, id)).as(id).isEqualTo(Verdict.MISMATCH);
    }
  }

  /** An encoder of blocks whose quotients come out differently. */
  private interface Quotient {
    int code(Codebook codebook, float value, float scale);
  }

  private static FaultyOptimizers encoding(Quotient fault) {
    return new FaultyOptimizers() {
      @Override
      public void encode(
          BlockwiseCodebook format, float[] values, int offset, int length, byte[] packed, int packedOffset, float[] scales, int scalesOffset) {
        right.encode(format, values, offset, length, packed, packedOffset, scales, scalesOffset);
        for (int i = 0; i < length; i++) {
          float scale = scales[scalesOffset + i / format.blockSize()];
          format.codebook().put(packed, packedOffset, i, fault.code(format.codebook(), values[offset + i], scale));
        }
      }
    };
  }

  private static int right(Codebook codebook, float value, float scale) {
    return scale == 0 ? codebook.zeroCode() : codebook.encode(value / scale);
  }

  @Test
  void theNumbersOfCasesAreKnown() {
    assertThat(CLASSES).hasSize(7 + 2 * Codebook.all().size() + 19);
    assertThat(CLASSES.get("XO/scan").cases()).isEqualTo(13_202);
    assertThat(CLASSES.get("XO/steps/adamw").cases()).isEqualTo(2L * 5 * (33 * 130 + 5000 + 17 + 1 + 7 * 30 * 41));
  }

  @Test
  void theUnchangedStubPasses() throws InterruptedException {
    for (String id : List.of("XO/scan", "XO/adam-blend", "XO/blocks/de4-signed", "XO/steps/stable-spam-4bit-block")) {
      assertThat(verdict(new FaultyOptimizers(), id)).as(id).isEqualTo(Verdict.PASS);
      assertThat(verdict(encoding(OptimizerFaultsTest::right), id)).as(id).isEqualTo(Verdict.PASS);
    }
  }

  @Test
  void tiesToTheUpperCode() throws InterruptedException {
    FaultyOptimizers faulty =
        encoding((codebook, value, scale) -> {
          int code = right(codebook, value, scale);
          return code < codebook.size() - 1 && scale != 0 && value / scale == codebook.midpoint(code) ? code + 1 : code;
        });
    for (Codebook codebook : Codebook.all()) {
      assertFound(faulty, "XO/blocks/" + codebook);
    }
  }

  @Test
  void aReciprocalInPlaceOfADivision() throws InterruptedException {
    FaultyOptimizers faulty = encoding((codebook, value, scale) -> scale == 0 ? codebook.zeroCode() : codebook.encode(value * (1 / scale)));
    assertFound(faulty, "XO/blocks/de4-signed", "XO/blocks/linear4", "XO/blocks/dynamic8-signed");
  }

  @Test
  void codeZeroForABlockOfZeros() throws InterruptedException {
    FaultyOptimizers faulty = encoding((codebook, value, scale) -> scale == 0 ? 0 : right(codebook, value, scale));
    assertFound(faulty, "XO/blocks/de4-signed", "XO/blocks/dynamic8-signed");
  }

  @Test
  void aNegativeMaximumWithAScaleOfItsOwnCode() throws InterruptedException {
    assertFound(encoding((codebook, value, scale) -> value == -scale ? 1 : right(codebook, value, scale)), "XO/blocks/de4-signed");
  }

  @Test
  void theHighNibbleFirst() throws InterruptedException {
    FaultyOptimizers faulty =
        new FaultyOptimizers() {
          @Override
          public void encode(
              BlockwiseCodebook format, float[] values, int offset, int length, byte[] packed, int packedOffset, float[] scales, int scalesOffset) {
            right.encode(format, values, offset, length, packed, packedOffset, scales, scalesOffset);
            for (int i = 0; i < length / 2 && format.codebook().bits() == 4; i++) {
              int both = packed[packedOffset + i] & 0xFF;
              packed[packedOffset + i] = (byte) (both << 4 | both >>> 4);
            }
          }
        };
    assertFound(faulty, "XO/blocks/de4-signed", "XO/blocks/linear4", "XO/steps/adamw-4bit-block");
  }

  @Test
  void aNumericMaximumThatDropsNan() throws InterruptedException {
    FaultyOptimizers faulty =
        new FaultyOptimizers() {
          @Override
          public void scan(float[] gradient, int offset, int length, int[] magnitudes, double[] squares, int chunksOffset) {
            right.scan(gradient, offset, length, magnitudes, squares, chunksOffset);
            for (int chunk = 0; chunk < Math.ceilDiv(length, CHUNK); chunk++) {
              magnitudes[chunksOffset + chunk] = Math.min(magnitudes[chunksOffset + chunk], 0x7F800000);
            }
          }
        };
    assertFound(faulty, "XO/scan");
  }

  @Test
  void sumsInAnotherOrder() throws InterruptedException {
    FaultyOptimizers faulty =
        new FaultyOptimizers() {
          @Override
          public double squaresClipped(float[] gradient, int offset, int length, float threshold, float ratio) {
            double sum = 0;
            for (int i = offset; i < offset + length; i++) {
              double g = Math.abs(gradient[i]) > threshold ? gradient[i] * ratio : gradient[i];
              sum += g * g;
            }
            return sum;
          }
        };
    assertFound(faulty, "XO/clipped");
  }

  @Test
  void clippingOnTheThreshold() throws InterruptedException {
    FaultyOptimizers faulty =
        new FaultyOptimizers() {
          @Override
          public int countAbove(float[] gradient, int offset, int length, float threshold) {
            return right.countAbove(gradient, offset, length, Math.nextDown(threshold));
          }

          @Override
          public void condition(AdamCoefficients c, float[] gradient, int offset, float[] target, int targetOffset, int length) {
            float threshold = c.threshold;
            c.threshold = Math.nextDown(threshold);
            right.condition(c, gradient, offset, target, targetOffset, length);
            c.threshold = threshold;
          }
        };
    assertFound(faulty, "XO/clipped", "XO/condition");
  }

  /** Adam with one thing done otherwise. */
  private interface Update {
    void element(AdamCoefficients c, float[] p, int pi, float a, float[] m, int mi, float[] v, int vi);
  }

  private static FaultyOptimizers updating(Update fault) {
    return new FaultyOptimizers() {
      @Override
      public void adam(
          AdamCoefficients c, float[] parameters, int parametersOffset, float[] gradient, int gradientOffset, float[] first, int firstOffset,
          float[] second, int secondOffset, int length) {
        for (int i = 0; i < length; i++) {
          float g = gradient[gradientOffset + i];
          float a = (Math.abs(g) > c.threshold ? g * c.ratio : g) * c.gain;
          fault.element(c, parameters, parametersOffset + i, a, first, firstOffset + i, second, secondOffset + i);
        }
      }
    };
  }

  private static void rest(AdamCoefficients c, float[] p, int pi, float m, float v) {
    p[pi] = p[pi] * c.decay - m * c.stepSize / ((float) Math.sqrt(v) * c.inverseRootCorrection2 + c.epsilon);
  }

  @Test
  void aFusedMultiplyAdd() throws InterruptedException {
    FaultyOptimizers faulty =
        updating((c, p, pi, a, m, mi, v, vi) -> {
          m[mi] = c.lerp ? Math.fma(a - m[mi], c.oneMinusBeta1, m[mi]) : Math.fma(m[mi], c.beta1, a * c.oneMinusBeta1);
          v[vi] = v[vi] * c.beta2 + a * c.oneMinusBeta2 * a;
          rest(c, p, pi, m[mi], v[vi]);
        });
    assertFound(faulty, "XO/adam-blend", "XO/adam-lerp", "XO/steps/adamw", "XO/steps/stable-spam");
  }

  /** Decodes, updates and encodes; the second moment's scales with a fault. */
  private static FaultyOptimizers codedUpdating(DoubleUnaryOperator scaleFault) {
    return new FaultyOptimizers() {
      @Override
      public Optional<CodedAdam> codedAdam() {
        return Optional.of(
            (c, parameters, parametersOffset, gradient, gradientOffset, first, second, from, length) -> {
              CodedAdam.inTurn(right).adam(c, parameters, parametersOffset, gradient, gradientOffset, first, second, from, length);
              int block = from / second.format().blockSize();
              second.scales()[block] = (float) scaleFault.applyAsDouble(second.scales()[block]);
            });
      }
    };
  }

  @Test
  void aCodedUpdateWithAScaleAnUlpTooLarge() throws InterruptedException {
    String[] ids = {"XO/coded-adam", "XO/steps/adamw-4bit-block", "XO/steps/stable-spam-4bit-block"};
    for (String id : ids) {
      assertThat(verdict(codedUpdating(scale -> scale), id)).as(id).isEqualTo(Verdict.PASS);
    }
    assertFound(codedUpdating(scale -> Math.nextUp((float) scale)), ids);
  }

  @Test
  void theSquareFirst() throws InterruptedException {
    FaultyOptimizers faulty =
        updating((c, p, pi, a, m, mi, v, vi) -> {
          m[mi] = c.lerp ? m[mi] + (a - m[mi]) * c.oneMinusBeta1 : m[mi] * c.beta1 + a * c.oneMinusBeta1;
          v[vi] = v[vi] * c.beta2 + a * a * c.oneMinusBeta2;
          rest(c, p, pi, m[mi], v[vi]);
        });
    assertFound(faulty, "XO/adam-blend", "XO/adam-lerp");
  }

  @Test
  void oneFormOfTheFirstMomentForBoth() throws InterruptedException {
    FaultyOptimizers faulty =
        updating((c, p, pi, a, m, mi, v, vi) -> {
          m[mi] = m[mi] * c.beta1 + a * c.oneMinusBeta1;
          v[vi] = v[vi] * c.beta2 + a * c.oneMinusBeta2 * a;
          rest(c, p, pi, m[mi], v[vi]);
        });
    assertThat(verdict(faulty, "XO/adam-blend")).isEqualTo(Verdict.PASS);
    assertFound(faulty, "XO/adam-lerp", "XO/steps/adamw");
  }

  @Test
  void aTailThatIsLeftOut() throws InterruptedException {
    FaultyOptimizers faulty =
        new FaultyOptimizers() {
          @Override
          public void condition(AdamCoefficients c, float[] gradient, int offset, float[] target, int targetOffset, int length) {
            right.condition(c, gradient, offset, target, targetOffset, length - length % 8);
          }

          @Override
          public float raiseMaxima(float[] values, int offset, int length, float[] maxima, int maximaOffset) {
            return right.raiseMaxima(values, offset, length - length % 4, maxima, maximaOffset);
          }
        };
    assertFound(faulty, "XO/condition", "XO/maxima", "XO/steps/adamw-4bit");
  }

  @Test
  void aWriteOutsideTheRange() throws InterruptedException {
    OptimizerKernels model = new FaultyOptimizers().right;
    FaultyOptimizers faulty =
        new FaultyOptimizers() {
          @Override
          public void decode(Codebook codebook, byte[] packed, int packedOffset, float[] scales, int scalesOffset, float[] values, int offset, int length) {
            model.decode(codebook, packed, packedOffset, scales, scalesOffset, values, offset, length);
            if (offset + length < values.length) {
              values[offset + length] = 0;
            }
          }
        };
    assertFound(faulty, "XO/elements/linear4");
  }
}
