package io.github.fp4j.conformance.fingerprint;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SplittableRandom;

/**
 * Random k64 vectors of the kind on which accumulators differ: scales far apart, terms that cancel one another or C. Deterministic by seed.
 *
 * <p>A block's scales are both high, both low or anything; a group of 16 is zero, a single product, a pair that cancels, sixteen random products, or the negative
 * of the group before it; C is zero, a power of two, or the negative of the first group.
 */
final class VectorSearch {
  /** Vectors that {@link #splitting} tries before it gives up. */
  static final int LIMIT = 20_000;

  private static final int BATCH = 250;
  private static final int K = 64;
  private static final int GROUP = 16;
  private static final int SIGN = 8;

  private final OperandFormat format;
  private final FloatFormat scale;
  private final long seed;
  private final SplittableRandom random;
  private int made;

  VectorSearch(OperandFormat format, long seed) {
    this.format = format;
    this.scale = Objects.requireNonNull(format.scale());
    this.seed = seed;
    this.random = new SplittableRandom(seed);
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
    int[] a = new int[K];
    int[] b = new int[K];
    byte[] scalesOfA = new byte[K / format.block()];
    byte[] scalesOfB = new byte[K / format.block()];
    for (int block = 0; block < scalesOfA.length; block++) {
      int level = random.nextInt(3);
      scalesOfA[block] = (byte) scaleCode(level);
      scalesOfB[block] = (byte) scaleCode(level);
    }
    for (int group = 0; group < K / GROUP; group++) {
      fill(a, b, scalesOfA, scalesOfB, group);
    }
    float c =
        switch (random.nextInt(4)) {
          case 0 -> 0;
          case 1 -> Math.scalb(random.nextBoolean() ? 1f : -1f, random.nextInt(-20, 31));
          default -> -firstGroup(a, b, scalesOfA[0], scalesOfB[0]);
        };
    made++;
    return new GemmVector("S" + made, "vector " + made + " of the search with seed " + seed, operand(a, scalesOfA), operand(b, scalesOfB), c);
  }

  private int scaleCode(int level) {
    boolean powers = scale == FloatFormat.UE8M0;
    return switch (level) {
      case 0 -> powers ? random.nextInt(137, 148) : random.nextInt(0x70, 0x7F);
      case 1 -> powers ? random.nextInt(107, 118) : random.nextInt(0x01, 0x10);
      default -> powers ? random.nextInt(107, 148) : random.nextInt(0x01, 0x7F);
    };
  }

  private void fill(int[] a, int[] b, byte[] scalesOfA, byte[] scalesOfB, int group) {
    int start = group * GROUP;
    switch (random.nextInt(group == 0 ? 4 : 5)) {
      case 0 -> {
        // zeros
      }
      case 1 -> {
        a[start] = random.nextInt(16);
        b[start] = random.nextInt(16);
      }
      case 2 -> {
        a[start] = a[start + 1] = random.nextInt(16);
        b[start] = random.nextInt(16);
        b[start + 1] = b[start] ^ SIGN;
      }
      case 3 -> {
        for (int i = start; i < start + GROUP; i++) {
          a[i] = random.nextInt(16);
          b[i] = random.nextInt(16);
        }
      }
      default -> {
        for (int i = start; i < start + GROUP; i++) {
          a[i] = a[i - GROUP];
          b[i] = b[i - GROUP] ^ SIGN;
        }
        scalesOfA[start / format.block()] = scalesOfA[(start - GROUP) / format.block()];
        scalesOfB[start / format.block()] = scalesOfB[(start - GROUP) / format.block()];
      }
    }
  }

  private float firstGroup(int[] a, int[] b, byte scaleOfA, byte scaleOfB) {
    double sum = 0;
    for (int i = 0; i < GROUP; i++) {
      sum += ReferenceCodec.decodeDouble(format.element(), a[i]) * ReferenceCodec.decodeDouble(format.element(), b[i]);
    }
    return (float) (sum * ReferenceCodec.decodeDouble(scale, scaleOfA & 0xFF) * ReferenceCodec.decodeDouble(scale, scaleOfB & 0xFF));
  }

  private GemmOperand operand(int[] elements, byte[] scales) {
    byte[] codes = new byte[K / 2];
    for (int i = 0; i < K; i++) {
      codes[i / 2] |= (byte) (elements[i] << 4 * (i & 1));
    }
    return new GemmOperand(format, 1, K, codes, scales);
  }
}
