package io.github.fp4j.conformance.suite;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.ReferenceBackend;
import io.github.fp4j.conformance.judge.ClassResult;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Judge;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Products under both scales: all of them, and what is wrong with a reading of scales shows in exactly its cases. */
class ScaledProductTest {
  private static final Judge.Listener SILENT =
      new Judge.Listener() {
        @Override
        public void started(Backend subject, CoverageClass question, Tally tally) {}

        @Override
        public void ended(ClassResult result) {}
      };

  /** What goes wrong with the product of row {@code m} of A and row {@code n} of B. */
  private interface Fault {
    float apply(float product, GemmOperand a, int m, GemmOperand b, int n);
  }

  /** The reference with a fault in each result. */
  private record FaultyProducts(Fault fault) implements Backend, GemmKernels {
    private static final GemmKernels RIGHT = ReferenceBackend.INSTANCE.gemms().orElseThrow();

    @Override
    public String name() {
      return "faulty";
    }

    @Override
    public String description() {
      return "the reference with a fault";
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
      return RIGHT.supports(model, a, b);
    }

    @Override
    public void multiply(String model, GemmOperand a, GemmOperand b, float @Nullable [] c, float[] d) {
      RIGHT.multiply(model, a, b, c, d);
      for (int i = 0; i < d.length; i++) {
        d[i] = fault.apply(d[i], a, i / b.rows(), b, i % b.rows());
      }
    }
  }

  private static ClassResult judge(Fault fault) throws InterruptedException {
    try (Workers workers = new Workers(2)) {
      return new Judge(List.of(new ScaledProductClass()), 20).judge(List.of(new FaultyProducts(fault)), workers, SILENT).getFirst();
    }
  }

  @Test
  void everyProductUnderEveryPairOfScalesIsRight() throws InterruptedException {
    ClassResult result = judge((product, a, m, b, n) -> product);
    assertThat(result.verdict()).isEqualTo(Verdict.PASS);
    assertThat(result.judged()).isEqualTo(16_777_216);
  }

  @Test
  void aScaleReadAsSignedE4m3IsFound() throws InterruptedException {
    ClassResult result = judge((product, a, m, b, n) -> a.scale(m, 0) >= 0x80 ? -product : product);
    assertThat(result.verdict()).isEqualTo(Verdict.MISMATCH);
    // A: 126 negative scales that are neither zero nor NaN, 14 codes that are not zero; B: 2 * 126 scales, 14 codes
    assertThat(result.differences()).isEqualTo(126L * 14 * 252 * 14);
    assertThat(result.mismatches().getFirst().input()).isEqualTo("A: code 0x1, scale 0x81; B: code 0x1, scale 0x01");
  }

  @Test
  void aNanScaleReadAsANumberIsFound() throws InterruptedException {
    ClassResult result = judge((product, a, m, b, n) -> Float.isNaN(product) && (b.scale(n, 0) & 0x7F) == 0x7F ? 480 : product);
    assertThat(result.verdict()).isEqualTo(Verdict.NAN_PAYLOAD);
    assertThat(result.differences()).isEqualTo(2L * 16 * 4096);
  }
}
