package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.conformance.fingerprint.Permutations;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.Discriminator;
import io.github.fp4j.formats.gemm.Discriminators;
import io.github.fp4j.formats.gemm.Gemm;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.Arrays;
import java.util.List;

/**
 * XD: the vectors that tell accumulators apart, put to who claims to be one of them. Of each vector A's rows are the orders of its groups and so are B's rows,
 * and all of D is judged: on the diagonal by the published table, elsewhere (other groups of A meet other groups of B) by the model's definition in exact
 * arithmetic.
 */
final class DiscriminatorClass implements CoverageClass {
  private final AccumulationModel model;

  /** @param model one that takes NVFP4 */
  DiscriminatorClass(AccumulationModel model) {
    this.model = model;
  }

  @Override
  public String suite() {
    return "XD";
  }

  @Override
  public String id() {
    return "XD/" + model;
  }

  @Override
  public long cases() {
    return Discriminators.all().stream().map(Permutations::of).mapToLong(orders -> (long) orders.size() * orders.size()).sum();
  }

  @Override
  public boolean exhaustive() {
    return true;
  }

  @Override
  public boolean appliesTo(Backend subject) {
    return subject.gemms().filter(kernels -> kernels.supports(model.id(), OperandFormat.NVFP4, OperandFormat.NVFP4)).isPresent();
  }

  @Override
  public void run(Backend subject, Tally tally, Workers workers) {
    long firstCase = 0;
    for (Discriminator vector : Discriminators.all()) {
      List<Discriminator> orders = Permutations.of(vector);
      problem(vector, orders).put(subject.gemms().orElseThrow(), model.id(), firstCase, tally);
      firstCase += (long) orders.size() * orders.size();
    }
  }

  private GemmProblem problem(Discriminator vector, List<Discriminator> orders) {
    int rows = orders.size();
    GemmOperand a = Permutations.stacked(orders.stream().map(Discriminator::a).toList());
    GemmOperand b = Permutations.stacked(orders.stream().map(Discriminator::b).toList());
    float[] c = new float[rows * rows];
    Arrays.fill(c, vector.c());
    Gemm definition = Gemm.reference(model, a, b);
    float[] right = new float[rows * rows];
    for (int i = 0; i < right.length; i++) {
      int row = i / rows;
      int column = i % rows;
      Integer published = row == column ? orders.get(row).expected().get(model.id()) : null;
      right[i] = Float.intBitsToFloat(published != null ? published : definition.dot(row, column, Float.floatToRawIntBits(vector.c())));
    }
    return GemmProblem.whole(vector.id() + " (" + vector.description() + "), rows in order of permutation", a, b, c, right);
  }
}
