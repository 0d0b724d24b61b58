package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.fingerprint.Fingerprint;
import io.github.fp4j.conformance.fingerprint.Permutations;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.Discriminator;
import io.github.fp4j.formats.gemm.Discriminators;
import io.github.fp4j.formats.gemm.Gemm;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The published vectors that tell accumulators apart: one product each, whose rows are the orders of the vector's groups in A and in B, so that the permutations
 * over groups, rows and columns are all there. Without a model nothing is right or wrong, but some published model must explain the answers.
 */
final class DiscriminatorVectors {
  static final String NAME = "gemm-discriminators";

  private DiscriminatorVectors() {}

  /** @param claimed whose answers are right; null to find out */
  static VectorSuite of(@Nullable AccumulationModel claimed, long seed) {
    List<VectorCase> cases = new ArrayList<>();
    for (Discriminator vector : Discriminators.all()) {
      cases.add(question(vector, claimed));
    }
    String id = claimed == null ? NAME : NAME + "/" + claimed.id();
    List<AccumulationModel> candidates = Fingerprint.candidates(OperandFormat.NVFP4);
    return new ListedVectors(id, seed, cases, () -> claimed == null ? new RemainingModels(candidates) : Finding.NONE);
  }

  private static VectorCase question(Discriminator vector, @Nullable AccumulationModel claimed) {
    List<Discriminator> orders = Permutations.of(vector);
    GemmOperand a = Permutations.stacked(orders.stream().map(Discriminator::a).toList());
    GemmOperand b = Permutations.stacked(orders.stream().map(Discriminator::b).toList());
    int rows = orders.size();
    float[] c = new float[rows * rows];
    Arrays.fill(c, vector.c());
    float[] right = new float[rows * rows];
    BitSet judged = null;
    if (claimed != null) {
      judged = new BitSet();
      Gemm.reference(claimed, a, b).multiply(c, right, Runnable::run);
      judged.set(0, right.length);
    }
    String name = vector.id() + " (" + vector.description() + ")";
    return new VectorCase(name, new GemmQuestion(a, b, c).question(), List.of(Tensor.ofFloats("d", right, rows, rows)), judged, claimed);
  }
}
