package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.OptimizerKernels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/** Calls of the kernels for gradients and updates: every kind of input at every length up to a few turns of any vector and around the chunks, at changing offsets. */
final class OptimizerCalls {
  static final float POISON = Float.intBitsToFloat(0x7EA5A5A5);
  private static final int SHORT = 300;
  private static final int[] LONG = {511, 512, 513, 1000, 1024, 2047, 4095, 4096, 4097, 4111, 8192, 9001};

  private OptimizerCalls() {}

  /** Operands of a call. */
  private interface Maker {
    OptimizerCall of(OptimizerInput input, int length, int offset, long seed);
  }

  static int[] lengths() {
    return IntStream.concat(IntStream.rangeClosed(0, SHORT), Arrays.stream(LONG)).toArray();
  }

  private static List<OptimizerCall> all(Maker maker) {
    List<OptimizerCall> calls = new ArrayList<>();
    for (OptimizerInput input : OptimizerInput.values()) {
      for (int length : lengths()) {
        calls.add(maker.of(input, length, (length + input.ordinal()) % 5, calls.size()));
      }
    }
    return calls;
  }

  private static String label(OptimizerInput input, int length, int offset) {
    return "%s, length %d, offset %d".formatted(AskedConversions.kebab(input), length, offset);
  }

  static float[] poisoned(int length) {
    float[] values = new float[length];
    Arrays.fill(values, POISON);
    return values;
  }

  /** The largest magnitude and the sum of squares of every chunk. */
  static List<OptimizerCall> scan() {
    return all(
        (input, length, offset, seed) -> {
          int chunks = Math.ceilDiv(length, OptimizerKernels.CHUNK);
          return new OptimizerCall(
              label(input, length, offset),
              2L * (chunks + 2),
              kernels -> {
                int[] magnitudes = new int[chunks + 2];
                double[] squares = new double[chunks + 2];
                Arrays.fill(magnitudes, -1);
                Arrays.fill(squares, -1);
                kernels.scan(input.values(length + offset, seed), offset, length, magnitudes, squares, 1);
                return new OptimizerAnswer().add("magnitudes", magnitudes).add("squares", squares);
              });
        });
  }

  /** Elements above a threshold that some of them are equal to: their number, and the sum of squares when they are clipped. */
  static List<OptimizerCall> clipped() {
    return all(
        (input, length, offset, seed) ->
            new OptimizerCall(
                label(input, length, offset),
                2L * thresholds(new float[1]).length,
                kernels -> {
                  int chunk = Math.min(length, OptimizerKernels.CHUNK);
                  float[] g = input.values(length + offset + 1, seed);
                  float[] thresholds = thresholds(g);
                  double[] squares = new double[thresholds.length];
                  int[] counts = new int[thresholds.length];
                  for (int i = 0; i < thresholds.length; i++) {
                    squares[i] = kernels.squaresClipped(g, offset, chunk, thresholds[i], .3f);
                    counts[i] = kernels.countAbove(g, offset, length, thresholds[i]);
                  }
                  return new OptimizerAnswer().add("squares", squares).add("counts", counts);
                }));
  }

  private static float[] thresholds(float[] g) {
    float some = Math.abs(g[g.length / 2]);
    return new float[] {0, .5f, some, Math.nextDown(some), Float.MAX_VALUE, Float.POSITIVE_INFINITY, Float.NaN};
  }

  static AdamCoefficients coefficients(OptimizerInput input, long seed, boolean lerp) {
    AdamCoefficients c = new AdamCoefficients();
    c.lerp = lerp;
    c.beta1 = .9f;
    c.oneMinusBeta1 = .1f;
    c.beta2 = .999f;
    c.oneMinusBeta2 = .001f;
    c.stepSize = .01f;
    c.inverseRootCorrection2 = seed % 3 == 0 ? 1 : 31.6f;
    c.epsilon = seed % 7 == 0 ? 0 : 1e-8f;
    if (seed % 2 == 0) {
      c.threshold = input == OptimizerInput.TIES ? .5f : 1.25f;
      c.ratio = .37f;
      c.gain = 1.9f;
      c.decay = .99f;
    }
    return c;
  }

  /** Clipped and scaled gradients: to another array, then in place. */
  static List<OptimizerCall> condition() {
    return all(
        (input, length, offset, seed) ->
            new OptimizerCall(
                label(input, length, offset),
                2L * length + offset + 10,
                kernels -> {
                  AdamCoefficients c = coefficients(input, seed, false);
                  float[] g = input.values(length + offset + 5, seed);
                  float[] target = poisoned(length + 5);
                  kernels.condition(c, g, offset, target, 2, length);
                  kernels.condition(c, g, offset, g, offset, length);
                  return new OptimizerAnswer().add("target", target).add("in place", g);
                }));
  }

  /** Adam updates, all offsets different. */
  static List<OptimizerCall> adam(boolean lerp) {
    return all(
        (input, length, offset, seed) ->
            new OptimizerCall(
                label(input, length, offset),
                4L * (length + 9),
                kernels -> {
                  float[] p = OptimizerInput.NUMBERS.values(length + 9, seed + 1);
                  float[] g = input.values(length + 9, seed);
                  float[] m = input.values(length + 9, seed + 2);
                  float[] v = input.magnitudes(length + 9, seed + 3);
                  kernels.adam(coefficients(input, seed, lerp), p, offset, g, (offset + 1) % 5, m, (offset + 2) % 5, v, (offset + 3) % 5, length);
                  return new OptimizerAnswer().add("parameters", p).add("gradient", g).add("first", m).add("second", v);
                }));
  }

  /** Maxima raised, and scales under a bound. */
  static List<OptimizerCall> maxima() {
    return all(
        (input, length, offset, seed) ->
            new OptimizerCall(
                label(input, length, offset),
                2L * (length + 5) + 1,
                kernels -> {
                  float[] maxima = OptimizerInput.TIES.magnitudes(length + 5, seed);
                  float[] scales = poisoned(length + 5);
                  float[] bounds = {.25f, 0, Float.POSITIVE_INFINITY, Float.NaN};
                  float largest = kernels.raiseMaxima(input.values(length + offset, seed), offset, length, maxima, 2);
                  kernels.limitScales(bounds[(int) (seed % 4)], maxima, 2, scales, 1, length);
                  return new OptimizerAnswer().add("maxima", maxima).add("scales", scales).add("largest", largest);
                }));
  }
}
