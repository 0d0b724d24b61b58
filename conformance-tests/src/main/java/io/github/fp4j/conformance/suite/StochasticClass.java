package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.conformance.diagnosis.EncodeTask;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;

/**
 * X9: stochastic rounding with eight random bits. In every interval between two magnitudes 256 evenly spaced points and the point just below each of the next
 * ones, with both signs, each with all 256 random bytes. Expected: rounded away exactly when {@code floor(fraction * 256) + random >= 256}, so that exact values
 * never move and the number of ups is exact.
 */
final class StochasticClass implements CoverageClass {
  private static final int POINTS = 256;

  private final Conversion conversion;
  private final int intervals;

  StochasticClass(FloatFormat format) {
    this.conversion = Conversion.cuda(format).withStochastic(8);
    this.intervals = format.maxFiniteCode();
  }

  @Override
  public String suite() {
    return "X9";
  }

  @Override
  public String id() {
    return "X9/" + AskedConversions.id(conversion);
  }

  @Override
  public long cases() {
    return intervals * 2L * POINTS * 2 * 256;
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
    FloatFormat format = conversion.format();
    int length = 2 * POINTS * 2;
    float[] values = new float[length];
    int[] random = new int[length];
    CodeComparison comparison = new CodeComparison(conversion, tally, length);
    for (int interval = 0; interval < intervals; interval++) {
      for (int r = 0; r < 256; r++) {
        for (int i = 0; i < length; i++) {
          int point = i / 4;
          float value = point(format, interval, point);
          boolean below = (i & 2) != 0;
          float near = below ? Math.nextDown(point(format, interval, point + 1)) : value;
          boolean negative = (i & 1) != 0;
          values[i] = negative ? -near : near;
          random[i] = r;
          int lowerCode = interval | (negative ? format.signMask() : 0);
          comparison.expected[i] = (byte) (point + r >= 256 ? lowerCode + 1 : lowerCode);
        }
        subject.conversions().orElseThrow()
            .encodeStochastic(conversion, values, 0, random, 0, comparison.poisoned(length), comparison.offset(), length);
        long first = ((long) interval * 256 + r) * length;
        int thisRandom = r;
        comparison.compare(
            first, length, i -> values[i], i -> "0x%08x (%s), random 0x%02x".formatted(Float.floatToRawIntBits(values[i]), values[i], thisRandom),
            () -> new EncodeTask("points of an interval", conversion, values.clone(), null, random.clone()));
      }
    }
  }

  /** The point {@code index / 256} of the way from magnitude {@code code} to the next; exact. */
  private static float point(FloatFormat format, int code, int index) {
    float lower = ReferenceCodec.decode(format, code);
    return lower + (ReferenceCodec.decode(format, code + 1) - lower) * index / POINTS;
  }
}
