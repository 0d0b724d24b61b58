package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.Gemm;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.List;

/**
 * XR: products over the whole range of scales and of C, put to who claims a published accumulator: large terms that cancel one another or C and leave small ones,
 * subnormal, largest, infinite and NaN values of C, scales that are NaN. Every output is judged, NaN payloads included; expected values follow the model's
 * definition in exact arithmetic.
 */
final class RangeGemmClass implements CoverageClass {
  private final AccumulationModel model;
  private final OperandFormat format;

  /** @param model one that takes {@code format} */
  RangeGemmClass(AccumulationModel model, OperandFormat format) {
    this.model = model;
    this.format = format;
  }

  @Override
  public String suite() {
    return "XR";
  }

  @Override
  public String id() {
    return "XR/" + format + "/" + model;
  }

  @Override
  public long cases() {
    return (long) RangeProblem.Kind.values().length * RangeProblem.ROWS * RangeProblem.ROWS;
  }

  /** Matrices have no finite list; the problems are all asked at every level. */
  @Override
  public boolean exhaustive() {
    return true;
  }

  @Override
  public boolean appliesTo(Backend subject) {
    return subject.gemms().filter(kernels -> kernels.supports(model.id(), format, format)).isPresent();
  }

  @Override
  public void run(Backend subject, Tally tally, Workers workers) throws Exception {
    List<RangeProblem.Kind> kinds = List.of(RangeProblem.Kind.values());
    workers.share(kinds.size(), () -> number -> {
      RangeProblem problem = new RangeProblem(format, kinds.get(number));
      float[] right = new float[RangeProblem.ROWS * RangeProblem.ROWS];
      Gemm.reference(model, problem.a(), problem.b()).multiply(problem.c(), right, Runnable::run);
      GemmProblem.whole(problem.name(), problem.a(), problem.b(), problem.c(), right)
          .put(subject.gemms().orElseThrow(), model.id(), (long) number << 32, tally);
    });
  }
}
