package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.fingerprint.Fingerprint;
import io.github.fp4j.conformance.fingerprint.GemmVector;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.Gemm;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Dot products that tell the published accumulators of a format apart whatever the answers are, for devices that cannot be asked one after the other. */
public final class FingerprintVectors {
  static final String NAME = "gemm-fingerprint";

  private FingerprintVectors() {}

  /**
   * The suite with this name.
   *
   * @param name {@code gemm-fingerprint}, which asks in NVFP4, {@code gemm-fingerprint/FORMAT}, or {@code gemm-fingerprint/FORMAT/MODEL}, where that model's answers
   *     are right
   */
  static VectorSuite of(String name, long seed) {
    String[] parts = name.split("/", 3);
    OperandFormat format = parts.length == 1 ? OperandFormat.NVFP4 : format(parts[1]);
    AccumulationModel claimed = parts.length < 3 ? null : model(parts[2], format);
    List<VectorCase> cases = new ArrayList<>();
    for (GemmVector vector : Fingerprint.vectors(format, seed)) {
      cases.add(question(vector, claimed));
    }
    List<AccumulationModel> candidates = Fingerprint.candidates(format);
    return new ListedVectors(name, seed, cases, () -> claimed == null ? new RemainingModels(candidates) : Finding.NONE);
  }

  private static VectorCase question(GemmVector vector, @Nullable AccumulationModel claimed) {
    Question question = new GemmQuestion(vector.a(), vector.b(), new float[] {vector.c()}).asked();
    String text = vector.id() + " (" + vector.description() + ")";
    float[] right = new float[1];
    BitSet judged = null;
    if (claimed != null) {
      Gemm.reference(claimed, vector.a(), vector.b()).multiply(new float[] {vector.c()}, right, Runnable::run);
      judged = new BitSet();
      judged.set(0);
    }
    return new VectorCase(text, question, List.of(Tensor.ofFloats("d", right, 1, 1)), judged, claimed);
  }

  private static OperandFormat format(String name) {
    return OperandFormat.byName(name)
        .orElseThrow(() -> new IllegalArgumentException("unknown operand format \"" + name + "\": expected one of " + Fingerprint.FORMATS));
  }

  private static AccumulationModel model(String id, OperandFormat format) {
    AccumulationModel model = AccumulationModels.byId(id);
    if (!Fingerprint.candidates(format).contains(model)) {
      throw new IllegalArgumentException("model " + id + " does not take " + format + ": expected one of " + Fingerprint.candidates(format));
    }
    return model;
  }

  /** The format whose accumulators a suite of this kind tells apart; empty if it is another suite. */
  public static Optional<OperandFormat> formatOf(String suite) {
    if (suite.equals(NAME)) {
      return Optional.of(OperandFormat.NVFP4);
    }
    return suite.startsWith(NAME + "/") ? OperandFormat.byName(suite.split("/")[1]) : Optional.empty();
  }
}
