package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.ReferenceCodec;

/** X6: every threshold as float32, one ulp below it and one above, with both signs; expected values come from {@link ReferenceCodec}. */
final class ThresholdClass implements CoverageClass {
  private final Conversion conversion;
  private final double[] thresholds;

  ThresholdClass(Conversion conversion) {
    this.conversion = conversion;
    this.thresholds = Thresholds.of(conversion.format());
  }

  @Override
  public String suite() {
    return "X6";
  }

  @Override
  public String id() {
    return "X6/" + AskedConversions.id(conversion);
  }

  @Override
  public long cases() {
    return 6L * thresholds.length;
  }

  @Override
  public boolean exhaustive() {
    return true;
  }

  @Override
  public boolean appliesTo(Backend subject) {
    return subject.conversions().filter(kernels -> kernels.supports(conversion)).isPresent();
  }

  @Override
  public void run(Backend subject, Tally tally, Workers workers) {
    float[] values = new float[(int) cases()];
    CodeComparison comparison = new CodeComparison(conversion, tally, values.length);
    for (int i = 0; i < values.length; i++) {
      float point = (float) thresholds[i / 6];
      float near =
          switch (i % 3) {
            case 0 -> Math.nextDown(point);
            case 1 -> point;
            default -> Math.nextUp(point);
          };
      values[i] = i % 6 < 3 ? near : -near;
      comparison.expected[i] = (byte) ReferenceCodec.encode(conversion, values[i]);
    }
    subject.conversions().orElseThrow().encode(conversion, values, 0, comparison.poisoned(values.length), comparison.offset(), values.length);
    comparison.compareFloats(0, values, values.length);
  }
}
