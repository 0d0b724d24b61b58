package io.github.fp4j.conformance.vectors;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.Gemm;
import io.github.fp4j.formats.gemm.GemmOperand;
import java.util.BitSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** The suites: how many questions and judged values each has, that they cover what they say, and that they are the same twice. */
class VectorSuitesTest {

  /** Questions and judged values. */
  private record Size(int questions, long values) {
    static Size of(VectorSuite suite) {
      return new Size(suite.count(), suite.cases(suite.count()));
    }
  }

  @Test
  void everySuiteHasItsSize() {
    Map<String, Size> expected =
        Map.of(
            "conversions", new Size(14_960, 14_960),
            "conversions/e2m1/nearest-even/saturate", new Size(360, 360),
            "blocks", new Size(902, 508_256),
            "blocks/te-2.15", new Size(36, 36 * 16 * (32 + 4)),
            "gemm-certified", new Size(384, 102_307),
            "gemm-discriminators", new Size(10, 5 * 24 * 24 + 3 * 12 * 12 + 4 * 4 + 6 * 6),
            "gemm-k-order", new Size(16 * 15 / 2, 64 * 16 * 15 / 2),
            "gemm-k-order/tf32/2x3x128", new Size(1, 6),
            "gemm-epilogue", new Size(96, 25_691),
            "layouts", new Size(140, 104_384));
    expected.forEach((name, size) -> assertThat(Size.of(VectorSuites.byName(name, 1))).as(name).isEqualTo(size));
  }

  @Test
  void questionsAreTheSameForOneSeedAndReadBackAsTheyWere() {
    for (String name : List.of("conversions/e4m3/nearest-even/saturate", "blocks/torchao", "gemm-certified/mxfp4", "gemm-epilogue", "layouts", "gemm-k-order/1x2x256", "gemm-k-order/e5m2/1x2x256", "gemm-fingerprint/fp16")) {
      VectorSuite suite = VectorSuites.byName(name, 7);
      assertThat(VectorHeader.of(VectorSuites.byName(name, 7), suite.count())).as(name).isEqualTo(VectorHeader.of(suite, suite.count()));
      for (int number = 0; number < suite.count(); number++) {
        VectorCase one = suite.at(number);
        String text = one.question().text();
        assertThat(Question.parse(text).text()).as(name + " " + number).isEqualTo(text);
        String answer = Question.answerText(one.right());
        assertThat(Question.answerText(one.question().parseAnswer(answer))).isEqualTo(answer);
      }
    }
    assertThat(VectorHeader.of(VectorSuites.byName("gemm-certified", 1), 3)).isNotEqualTo(VectorHeader.of(VectorSuites.byName("gemm-certified", 2), 3));
  }

  @Test
  void certifiedProductsUseEveryCodeAndEveryScale() {
    for (String format : List.of("nvfp4", "mxfp4")) {
      VectorSuite suite = VectorSuites.byName("gemm-certified/" + format, 3);
      Set<Integer> codes = new HashSet<>();
      Set<Integer> scales = new HashSet<>();
      Set<Integer> ks = new HashSet<>();
      for (int number = 0; number < suite.count(); number++) {
        VectorCase one = suite.at(number);
        BitSet judged = one.judged();
        GemmQuestion product = GemmQuestion.of(one.question());
        ks.add(product.a().k());
        for (int i = judged.nextSetBit(0); i >= 0; i = judged.nextSetBit(i + 1)) {
          add(product.a(), i / product.b().rows(), codes, scales);
          add(product.b(), i % product.b().rows(), codes, scales);
        }
      }
      assertThat(codes).as("codes of judged rows").hasSize(16);
      assertThat(scales).as("scales of judged rows").hasSize(format.equals("nvfp4") ? 127 : 255);
      assertThat(ks).containsExactlyInAnyOrder(64, 128, 192, 256, 512, 1024);
    }
  }

  private static void add(GemmOperand operand, int row, Set<Integer> codes, Set<Integer> scales) {
    for (int k = 0; k < operand.k(); k++) {
      codes.add(operand.code(row, k));
      scales.add(operand.scale(row, k));
    }
  }

  /** The claimed model's own answers, fp16 accumulators widened; another one gives others. */
  @Test
  void fingerprintsUnderAClaimHaveTheAnswersOfTheModel() {
    VectorSuite suite = VectorSuites.byName("gemm-fingerprint/e5m2/hopper-fp8-fp16", 1);
    assertThat(Size.of(suite)).isEqualTo(new Size(40, 40));
    int others = 0;
    for (int number = 0; number < suite.count(); number++) {
      VectorCase one = suite.at(number);
      GemmQuestion product = GemmQuestion.of(one.question());
      float[] d = new float[1];
      Gemm.of(one.model(), product.a(), product.b()).multiply(product.c(), d, Runnable::run);
      assertThat(Float.floatToRawIntBits(one.right().getFirst().toFloats()[0])).isEqualTo(Float.floatToRawIntBits(d[0]));
      Gemm.of(AccumulationModels.byId("blackwell-fp8-fp16"), product.a(), product.b()).multiply(product.c(), d, Runnable::run);
      others += Float.floatToRawIntBits(one.right().getFirst().toFloats()[0]) == Float.floatToRawIntBits(d[0]) ? 0 : 1;
    }
    assertThat(others).isPositive();
  }

  @Test
  void namesAreAllUnderstood() {
    List<String> names = VectorSuites.names();
    assertThat(names).doesNotHaveDuplicates().hasSize(1 + 89 + 1 + 25 + 1 + 2 + 1 + 13 + 15 + 11 + 2);
    for (String name : List.of("nonsense", "layouts/x", "gemm-certified/fp8", "gemm-k-order/8x8x100", "gemm-k-order/8x8", "gemm-k-order/e2m1", "gemm-k-order/fp16/8x8", "gemm-fingerprint/fp64", "gemm-fingerprint/fp16/mxf4", "blocks/vllm", "conversions/e9m9")) {
      assertThatThrownBy(() -> VectorSuites.byName(name, 1)).as(name).isInstanceOf(IllegalArgumentException.class);
    }
    assertThatThrownBy(() -> VectorHeader.of(VectorSuites.byName("gemm-discriminators", 1), 11)).hasMessageContaining("has 10 questions");
  }
}
