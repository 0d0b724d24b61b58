package io.github.fp4j.conformance.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.conformance.fingerprint.Device;
import io.github.fp4j.conformance.fingerprint.Fingerprint;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.AccumulatorType;
import io.github.fp4j.formats.gemm.Gemm;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The order of summation is found out, whatever the accumulator. */
class SummationTreeTest {
  private static final String CHAIN = "(((((((0 1) 2) 3) 4) 5) 6) 7)";

  /** The conclusion about a device with {@code model} that cuts K at the given blocks, sums each part from zero, and adds the parts up in order. */
  private static List<String> found(AccumulationModel model, int... cuts) {
    VectorSuite suite = VectorSuites.byName("gemm-k-order/1x2x512", 1);
    Finding finding = suite.finding();
    for (int number = 0; number < suite.count(); number++) {
      GemmQuestion product = GemmQuestion.of(suite.at(number).question());
      float[] d = new float[2];
      for (int column = 0; column < 2; column++) {
        float sum = 0;
        for (int part = 0; part <= cuts.length; part++) {
          int from = part == 0 ? 0 : cuts[part - 1];
          int to = part == cuts.length ? 8 : cuts[part];
          sum += partial(model, product, column, from, to);
        }
        d[column] = sum;
      }
      finding.add(number, suite.at(number), List.of(Tensor.ofFloats("d", d, 1, 2)));
    }
    assertThat(finding.faults()).isEmpty();
    return finding.lines();
  }

  private static float partial(AccumulationModel model, GemmQuestion product, int column, int from, int to) {
    int bits = Gemm.of(model, columns(product.a(), 0, from, to), columns(product.b(), column, from, to)).dot(0, 0, 0);
    return AccumulatorType.FP32.toFloat(bits);
  }

  private static GemmOperand columns(GemmOperand operand, int row, int from, int to) {
    int k = operand.k();
    byte[] codes = Arrays.copyOfRange(operand.codes(), (row * k + from * 64) / 2, (row * k + to * 64) / 2);
    byte[] scales = Arrays.copyOfRange(operand.scales(), (row * k + from * 64) / 16, (row * k + to * 64) / 16);
    return new GemmOperand(operand.format(), 1, (to - from) * 64, codes, scales);
  }

  @Test
  void chainsAreFoundUnderEveryAccumulatorThatRoundsAfterAStep() {
    for (AccumulationModel model : Fingerprint.candidates(OperandFormat.NVFP4)) {
      boolean once = model.step().products() == AccumulationModel.ALL_OF_K;
      String expected = once ? "all blocks at once: (0 1 2 3 4 5 6 7)" : "one block after the other, ascending: " + CHAIN;
      assertThat(found(model)).as(model.id()).containsExactly("2 of 2 elements of D: " + expected);
    }
  }

  /** All formats but the three whose elements reach too little far without scales. */
  @Test
  void chainsAreFoundInEveryFormat() {
    int asked = 0;
    for (OperandFormat format : OperandFormat.named()) {
      for (AccumulationModel model : Fingerprint.candidates(format)) {
        boolean once = model.step().products() == AccumulationModel.ALL_OF_K;
        String expected = once ? "all blocks at once: (0 1 2 3 4 5 6 7)" : "one block after the other, ascending: " + CHAIN;
        boolean seen = MaskingProbe.formats().contains(format);
        String impossible = "none: the order over K cannot be seen in " + format + ": ";
        assertThat(OrderOfK.of(format, Device.playing(model))).as(model + " " + format).startsWith(seen ? expected : impossible);
        asked++;
      }
    }
    assertThat(MaskingProbe.formats()).hasSize(11);
    assertThat(asked).isEqualTo(97);
  }

  @Test
  void splitsAndStreamsAreFound() {
    AccumulationModel f35 = AccumulationModels.NVFP4_GST_F35;
    assertThat(found(f35, 4)).containsExactly("2 of 2 elements of D: split-K, 2 partial sums of 4 + 4 blocks: ((((0 1) 2) 3) (((4 5) 6) 7))");
    assertThat(found(f35, 2, 4, 6)).containsExactly("2 of 2 elements of D: split-K, 4 partial sums of 2 + 2 + 2 + 2 blocks: ((((0 1) (2 3)) (4 5)) (6 7))");
    assertThat(found(f35, 5)).containsExactly("2 of 2 elements of D: stream-K, 2 partial sums of 5 + 3 blocks: (((((0 1) 2) 3) 4) ((5 6) 7))");
    assertThat(found(AccumulationModels.BEAM_34_28, 3, 6)).containsExactly("2 of 2 elements of D: split-K, 3 partial sums of 3 + 3 + 2 blocks: ((((0 1) 2) ((3 4) 5)) (6 7))");
  }

  @Test
  void answersThatNoOrderGivesAreAFault() {
    VectorSuite suite = VectorSuites.byName("gemm-k-order/1x1x256", 1);
    for (float d : new float[] {Float.NaN, 1.5f, 3 * SummationVectors.SMALL}) {
      Finding finding = suite.finding();
      for (int number = 0; number < suite.count(); number++) {
        finding.add(number, suite.at(number), List.of(Tensor.ofFloats("d", new float[] {d}, 1, 1)));
      }
      assertThat(finding.faults()).as("all answers " + d).hasSize(1);
    }
    int[] crossed = {2, 4, 4, 4, 2, 2}; // 0 with 1, 1 with 3 and 2 with 3 in sums of two
    assertThat(SummationTree.of(4, crossed)).isEmpty();
  }
}
