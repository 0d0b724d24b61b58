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
import io.github.fp4j.formats.gemm.Fp32Accumulation;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import io.github.fp4j.formats.gemm.PackedWeights;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Kernels that claim fp32 and add in another way are found. */
class Fp32FaultsTest {
  private static final List<CoverageClass> QUESTIONS =
      List.of(new Fp32GemmClass(OperandFormat.NVFP4, OperandFormat.NVFP4), new Fp32GemmClass(OperandFormat.BF16, OperandFormat.MXFP4),
          new ActivationsClass(GemmKernels.FP32, OperandFormat.NVFP4));

  /** One dot product and what becomes of it. */
  private interface Dot {
    float of(float[] a, int i, float[] b, int j, int k, float alpha);
  }

  private record Device(Dot dot) implements Backend, GemmKernels {
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
      return model.equals(GemmKernels.FP32);
    }

    @Override
    public boolean supportsActivations(String model, OperandFormat weights) {
      return model.equals(GemmKernels.FP32);
    }

    @Override
    public void multiply(String model, GemmOperand a, GemmOperand b, float[] c, float[] d) {
      multiply(Fp32Problem.values(a), Fp32Problem.values(b), b.rows(), a.k(), 1, d);
    }

    @Override
    public void multiply(String model, FloatRows a, PackedWeights b, float alpha, float[] d, Parallelism parallelism) {
      multiply(a.values(), Fp32Problem.values(b.unpacked()), b.rows(), b.k(), alpha, d);
    }

    private void multiply(float[] a, float[] b, int columns, int k, float alpha, float[] d) {
      for (int i = 0; i < d.length; i++) {
        d[i] = dot.of(a, i / columns * k, b, i % columns * k, k, alpha);
      }
    }
  }

  private static List<Verdict> verdicts(Dot dot) throws InterruptedException {
    try (Workers workers = new Workers(1)) {
      return new Judge(QUESTIONS, 20).judge(List.of(new Device(dot)), workers, Judge.Listener.SILENT).stream().map(ClassResult::verdict).toList();
    }
  }

  private static float right(float[] a, int i, float[] b, int j, int k, float alpha) {
    return Fp32Accumulation.result(alpha * Fp32Accumulation.dot(a, i, b, j, k, 0));
  }

  @Test
  void theLoopPasses() throws InterruptedException {
    assertThat(verdicts(Fp32FaultsTest::right)).containsOnly(Verdict.PASS);
  }

  @Test
  void descendingOrderIsFound() throws InterruptedException {
    assertThat(verdicts((a, i, b, j, k, alpha) -> {
      float sum = 0;
      for (int n = k - 1; n >= 0; n--) {
        sum = Math.fma(a[i + n], b[j + n], sum);
      }
      return Fp32Accumulation.result(alpha * sum);
    })).containsOnly(Verdict.MISMATCH);
  }

  @Test
  void twoPartialSumsAreFound() throws InterruptedException {
    assertThat(verdicts((a, i, b, j, k, alpha) -> {
      float first = Fp32Accumulation.dot(a, i, b, j, k / 2, 0);
      return Fp32Accumulation.result(alpha * (first + Fp32Accumulation.dot(a, i + k / 2, b, j + k / 2, k - k / 2, 0)));
    })).containsOnly(Verdict.MISMATCH);
  }

  /** Products of four-bit operands are floats, so that only wider elements tell. */
  @Test
  void unfusedProductsAreFoundWhereTheyAreRounded() throws InterruptedException {
    assertThat(verdicts((a, i, b, j, k, alpha) -> {
      float sum = 0;
      for (int n = 0; n < k; n++) {
        sum += a[i + n] * b[j + n];
      }
      return Fp32Accumulation.result(alpha * sum);
    }).get(2)).isEqualTo(Verdict.MISMATCH);
  }

  @Test
  void anotherNanIsFound() throws InterruptedException {
    assertThat(verdicts((a, i, b, j, k, alpha) -> {
      float d = right(a, i, b, j, k, alpha);
      return Float.isNaN(d) ? Float.NaN : d;
    })).containsOnly(Verdict.NAN_PAYLOAD);
  }
}
