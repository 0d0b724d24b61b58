package io.github.fp4j.conformance.vectors;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.ReferenceBackend;
import io.github.fp4j.conformance.diagnosis.Explanation;
import io.github.fp4j.conformance.judge.ClassResult;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Judge;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.conformance.subject.BackendAnswers;
import io.github.fp4j.conformance.tensorfile.Tensor;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** Faults of an epilogue are named from the answers to its vectors, those of the bias too. */
class EpilogueVectorsTest {

  /** The reference, asked something else than what it is judged by. */
  private record Mishearing(UnaryOperator<Tensor> ear) implements VectorSubject {
    @Override
    public String name() {
      return "mishearing";
    }

    @Override
    public String description() {
      return "takes one array for another";
    }

    @Override
    public Availability availability() {
      return Availability.YES;
    }

    @Override
    public void answer(VectorSuite suite, int count, AnswerSheet sheet) {
      BackendAnswers reference = new BackendAnswers(ReferenceBackend.INSTANCE, List.of("exact-rne"));
      for (int id = 0; id < count; id++) {
        Question asked = suite.at(id).question();
        Question heard = new Question(asked.operation(), asked.arguments(), asked.inputs().stream().map(ear).toList());
        sheet.answer(id, reference.answer(heard).orElseThrow());
      }
    }
  }

  private static ClassResult judged(UnaryOperator<Tensor> ear) throws InterruptedException {
    VectorSuite suite = VectorSuites.byName("gemm-epilogue", 3);
    try (Workers workers = new Workers(1)) {
      return new Judge(List.of(new VectorClass(suite, suite.count(), subject -> true)), 1)
          .judge(List.of(new Mishearing(ear)), workers, new Silent())
          .getFirst();
    }
  }

  private static final class Silent implements Judge.Listener {
    @Override
    public void started(Backend subject, CoverageClass question, Tally tally) {}

    @Override
    public void ended(ClassResult result) {}
  }

  private static UnaryOperator<Tensor> hearing(String name, UnaryOperator<Tensor> change) {
    return array -> array.name().equals(name) && array.elementCount() > 0 ? change.apply(array) : array;
  }

  private static UnaryOperator<Tensor> times(float factor) {
    return array -> {
      float[] values = array.toFloats();
      for (int i = 0; i < values.length; i++) {
        values[i] *= factor;
      }
      return Tensor.ofFloats(array.name(), values, array.shape());
    };
  }

  @Test
  void faultsOfAlphaBetaAndBiasAreNamed() throws InterruptedException {
    assertThat(judged(UnaryOperator.identity()).verdict()).isEqualTo(Verdict.PASS);
    assertNamed("bias-ignored", hearing("bias", array -> Tensor.of(Question.absent(array.info()), MemorySegment.ofArray(new byte[0]))));
    assertNamed("bias-negated", hearing("bias", times(-1)));
    assertNamed("alpha-missing", hearing("alpha", array -> Tensor.ofFloats("alpha", new float[] {1}, 1)));
    assertNamed("c-negated", hearing("c", times(-1)));
  }

  private static void assertNamed(String fault, UnaryOperator<Tensor> ear) throws InterruptedException {
    ClassResult result = judged(ear);
    assertThat(result.verdict()).as(fault).isEqualTo(Verdict.MISMATCH);
    assertThat(result.explanation().causes()).as(fault).extracting(Explanation.Cause::fault).containsExactly(fault);
  }
}
