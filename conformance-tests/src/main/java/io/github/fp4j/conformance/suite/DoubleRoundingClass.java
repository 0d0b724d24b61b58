package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Variation;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.ReferenceCodec;
import java.util.Optional;

/**
 * X3: inputs that lie so near a threshold that rounding to a middle type first lands on it, from where a tie goes the wrong way: float64 values through float32,
 * float32 values through fp16 or bf16.
 */
final class DoubleRoundingClass implements CoverageClass {
  /** Relative distances: one float64 ulp, well inside and just inside half a float32 ulp. */
  private static final double[] DOUBLE_DISTANCES = {0, 0x1p-52, 0x1p-40, 0x1p-26};

  /** Relative distances: one float32 ulp, inside half an fp16 ulp, inside half a bf16 ulp. */
  private static final double[] FLOAT_DISTANCES = {0, 0x1p-23, 0x1p-13, 0x1p-10};

  private static final double[] SPECIAL = {0, Double.MIN_VALUE, Double.MAX_VALUE, Double.POSITIVE_INFINITY, Double.NaN};

  private final Conversion conversion;
  private final boolean fromDouble;
  private final double[] thresholds;

  DoubleRoundingClass(Conversion conversion, boolean fromDouble) {
    this.conversion = conversion;
    this.fromDouble = fromDouble;
    this.thresholds = Thresholds.of(conversion.format());
  }

  @Override
  public String suite() {
    return "X3";
  }

  @Override
  public String id() {
    return "X3/" + AskedConversions.id(conversion) + (fromDouble ? "/float64" : "/float32");
  }

  /** Per threshold four distances, below and above, both signs; and five special values with both signs. */
  @Override
  public long cases() {
    return 16L * thresholds.length + 2 * SPECIAL.length;
  }

  @Override
  public boolean exhaustive() {
    return true;
  }

  @Override
  public boolean appliesTo(Backend subject) {
    return subject.conversions().filter(kernels -> fromDouble ? answersDouble(kernels) : kernels.supports(conversion)).isPresent();
  }

  private boolean answersDouble(ConversionKernels kernels) {
    return kernels.supportsDouble(conversion) || Variation.ofDouble(conversion, kernels::supportsDouble).isPresent();
  }

  @Override
  public void run(Backend subject, Tally tally, Workers workers) {
    ConversionKernels kernels = subject.conversions().orElseThrow();
    double[] values = inputs();
    int length = values.length;
    if (fromDouble) {
      encodeDoubles(kernels, values, tally);
      return;
    }
    CodeComparison comparison = new CodeComparison(conversion, tally, length);
    float[] floats = new float[length];
    for (int i = 0; i < length; i++) {
      floats[i] = (float) values[i];
      comparison.expected[i] = (byte) ReferenceCodec.encode(conversion, floats[i]);
    }
    kernels.encode(conversion, floats, 0, comparison.poisoned(length), comparison.offset(), length);
    comparison.compareFloats(0, floats, length);
  }

  private void encodeDoubles(ConversionKernels kernels, double[] values, Tally tally) {
    int length = values.length;
    Optional<Variation> variation = Variation.ofDouble(conversion, kernels::supportsDouble);
    Conversion claimed = variation.map(found -> found.of(conversion)).orElse(conversion);
    CodeComparison comparison = new CodeComparison(conversion, tally, length, variation.orElse(null));
    for (int i = 0; i < length; i++) {
      comparison.expected[i] = (byte) ReferenceCodec.encode(conversion, values[i]);
    }
    kernels.encode(claimed, values, 0, comparison.poisoned(length), comparison.offset(), length);
    comparison.compareDoubles(0, values, length);
  }

  private double[] inputs() {
    double[] distances = fromDouble ? DOUBLE_DISTANCES : FLOAT_DISTANCES;
    double[] values = new double[(int) cases()];
    int at = 0;
    for (double threshold : thresholds) {
      for (double distance : distances) {
        for (double side : new double[] {1 - distance, 1 + distance}) {
          values[at++] = threshold * side;
          values[at++] = -threshold * side;
        }
      }
    }
    for (double special : SPECIAL) {
      values[at++] = special;
      values[at++] = Double.longBitsToDouble(Double.doubleToRawLongBits(special) ^ Long.MIN_VALUE);
    }
    return values;
  }
}
