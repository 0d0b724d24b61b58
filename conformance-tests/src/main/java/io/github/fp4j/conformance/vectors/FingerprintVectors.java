package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.fingerprint.Fingerprint;
import io.github.fp4j.conformance.fingerprint.GemmVector;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Dot products that tell the published accumulators of a format apart whatever the answers are, for devices that cannot be asked one after the other. */
public final class FingerprintVectors {
  static final String NAME = "gemm-fingerprint";

  private FingerprintVectors() {}

  static VectorSuite of(String name, OperandFormat format, long seed) {
    List<VectorCase> cases = new ArrayList<>();
    for (GemmVector vector : Fingerprint.vectors(format, seed)) {
      Question question = new GemmQuestion(vector.a(), vector.b(), new float[] {vector.c()}).asked();
      String text = vector.id() + " (" + vector.description() + ")";
      cases.add(new VectorCase(text, question, List.of(Tensor.ofFloats("d", new float[1], 1, 1)), null, null));
    }
    return new ListedVectors(name, seed, cases, () -> new RemainingModels(Fingerprint.candidates(format)));
  }

  /** The format whose accumulators a suite of this kind tells apart; empty if it is another suite. */
  public static Optional<OperandFormat> formatOf(String suite) {
    if (suite.equals(NAME)) {
      return Optional.of(OperandFormat.NVFP4);
    }
    return suite.startsWith(NAME + "/") ? OperandFormat.byName(suite.substring(NAME.length() + 1)) : Optional.empty();
  }
}
