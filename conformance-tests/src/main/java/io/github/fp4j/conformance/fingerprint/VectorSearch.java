package io.github.fp4j.conformance.fingerprint;

import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.SplittableRandom;
import java.util.function.Supplier;

/** Looks for the vectors that tell models apart, among random ones of the kind on which accumulators differ. Deterministic by seed. */
final class VectorSearch {
  /** Vectors that {@link #splitting} tries before it gives up. */
  static final int LIMIT = 20_000;

  private static final int BATCH = 250;

  private final long seed;
  private final Supplier<RandomProduct> source;
  private int made;

  VectorSearch(OperandFormat format, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    this.seed = seed;
    if (ScaledProducts.make(format)) {
      this.source = new ScaledProducts(format, random)::next;
    } else {
      this.source = new WideProducts(format, random)::next;
    }
  }

  /** The one that splits {@code models} best among the first {@link #BATCH} in which there is any; empty if {@link #LIMIT} vectors split none. */
  Optional<GemmVector> splitting(List<AccumulationModel> models) {
    Optional<GemmVector> best = Optional.empty();
    for (int tried = 0; tried < LIMIT && best.isEmpty(); tried += BATCH) {
      List<GemmVector> batch = new ArrayList<>();
      for (int i = 0; i < BATCH; i++) {
        batch.add(next());
      }
      best = best(batch, models);
    }
    return best;
  }

  /** The vector whose answers leave the fewest of {@code models} together, the first of equals; empty if none tells any apart. */
  static Optional<GemmVector> best(List<GemmVector> vectors, List<AccumulationModel> models) {
    record Rated(GemmVector vector, long together) {}
    return vectors.stream()
        .map(vector -> new Rated(vector, together(vector, models)))
        .min(Comparator.comparingLong(Rated::together))
        .filter(best -> best.together < (long) models.size() * models.size())
        .map(Rated::vector);
  }

  /** Ordered pairs of models with the same answer. */
  private static long together(GemmVector vector, List<AccumulationModel> models) {
    int[] answers = models.stream().mapToInt(vector::answer).toArray();
    long pairs = 0;
    for (int one : answers) {
      for (int other : answers) {
        pairs += one == other ? 1 : 0;
      }
    }
    return pairs;
  }

  /** The next random vector. */
  GemmVector next() {
    made++;
    RandomProduct product = source.get();
    return new GemmVector("S" + made, "vector " + made + " of the search with seed " + seed, product.a(), product.b(), product.c());
  }
}
