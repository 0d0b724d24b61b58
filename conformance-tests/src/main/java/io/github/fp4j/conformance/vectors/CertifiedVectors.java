package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.suite.CertifiedProblems;
import io.github.fp4j.conformance.suite.GemmProblem;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.SplittableRandom;

/** Products whose judged outputs have one right answer, whatever the accumulator: {@link CertifiedProblems}. */
final class CertifiedVectors {
  static final String NAME = "gemm-certified";
  static final List<OperandFormat> FORMATS = List.of(OperandFormat.NVFP4, OperandFormat.MXFP4);

  private CertifiedVectors() {}

  /** NVFP4's, then MXFP4's. */
  static VectorSuite all(long seed) {
    List<VectorCase> cases = new ArrayList<>();
    FORMATS.forEach(format -> add(cases, format, seed));
    return new ListedVectors(NAME, seed, cases);
  }

  static VectorSuite of(OperandFormat format, long seed) {
    List<VectorCase> cases = new ArrayList<>();
    add(cases, format, seed);
    return new ListedVectors(NAME + "/" + format, seed, cases);
  }

  /** The problems of {@code seed}; those of neighbouring seeds share nothing. */
  static List<GemmProblem> problems(OperandFormat format, long seed) {
    return new CertifiedProblems(format, new SplittableRandom(seed).nextLong()).all();
  }

  private static void add(List<VectorCase> cases, OperandFormat format, long seed) {
    for (GemmProblem problem : problems(format, seed)) {
      Question question = new GemmQuestion(problem.a(), problem.b(), problem.c()).question();
      Tensor d = Tensor.ofFloats("d", problem.right(), problem.a().rows(), problem.b().rows());
      cases.add(new VectorCase(format + " " + problem.name(), question, List.of(d), problem.judged(), null));
    }
  }
}
