package io.github.fp4j.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.Parallelism;
import io.github.fp4j.conformance.judge.ClassResult;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Judge;
import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import io.github.fp4j.formats.gemm.PackedWeights;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** An order of its own passes, whatever it is; a sum that lacks something does not. */
class OwnActivationsTest {
  private static final List<CoverageClass> QUESTIONS = List.of(new OwnActivationsClass(OperandFormat.NVFP4), new OwnActivationsClass(OperandFormat.MXFP4));

  /** The sum of a row's products. */
  private interface Sum {
    float of(float[] products);
  }

  private record Device(Sum sum) implements Backend, GemmKernels {
    @Override
    public String name() {
      return "stub";
    }

    @Override
    public String description() {
      return "stub";
    }

    @Override
    public Availability availability() {
      return Availability.YES;
    }

    @Override
    public Optional<GemmKernels> gemms() {
      return Optional.of(this);
    }

    @Override
    public boolean supports(String model, OperandFormat a, OperandFormat b) {
      return false;
    }

    @Override
    public void multiply(String model, GemmOperand a, GemmOperand b, float[] c, float[] d) {
      throw new AssertionError();
    }

    @Override
    public boolean supportsActivations(String model, OperandFormat weights) {
      return model.equals(GemmKernels.OWN);
    }

    @Override
    public void multiply(String model, FloatRows a, PackedWeights b, float alpha, float[] d, Parallelism parallelism) {
      float[] values = Fp32Problem.values(b.unpacked());
      float[] products = new float[b.k()];
      for (int i = 0; i < d.length; i++) {
        for (int n = 0; n < products.length; n++) {
          products[n] = a.values()[a.index(i / b.rows(), n)] * values[i % b.rows() * b.k() + n];
        }
        d[i] = alpha * sum.of(products);
      }
    }
  }

  private static List<Verdict> verdicts(Sum sum) throws InterruptedException {
    try (Workers workers = new Workers(1)) {
      return new Judge(QUESTIONS, 20).judge(List.of(new Device(sum)), workers, Judge.Listener.SILENT).stream().map(ClassResult::verdict).toList();
    }
  }

  private static float backward(float[] products) {
    float sum = -0f;
    for (int n = products.length - 1; n >= 0; n--) {
      sum += products[n];
    }
    return sum;
  }

  private static float asTree(float[] products, int from, int to) {
    return to - from == 1 ? products[from] : asTree(products, from, (from + to) / 2) + asTree(products, (from + to) / 2, to);
  }

  @Test
  void everyOrderIsRight() throws InterruptedException {
    assertThat(verdicts(OwnActivationsTest::backward)).containsOnly(Verdict.PASS);
    assertThat(verdicts(products -> asTree(products, 0, products.length))).containsOnly(Verdict.PASS);
  }

  @Test
  void aSumThatLacksOrRoundsSomethingIsFound() throws InterruptedException {
    assertThat(verdicts(products -> asTree(products, 1, products.length))).as("without the first").containsOnly(Verdict.MISMATCH);
    assertThat(verdicts(products -> asTree(products, 0, products.length - products.length % 128 / 2 - 1))).as("a tail too short").containsOnly(Verdict.MISMATCH);
    assertThat(verdicts(products -> Float.float16ToFloat(Float.floatToFloat16(backward(products))))).as("fp16").containsOnly(Verdict.MISMATCH);
  }
}
