package io.github.fp4j.conformance.suite;

import java.util.SplittableRandom;

/** Kinds of gradients, moments and parameters. */
enum OptimizerInput {
  /** Gaussian numbers over six orders of magnitude. */
  NUMBERS {
    @Override
    float value(SplittableRandom random, int i) {
      return (float) (random.nextGaussian() * Math.exp(2 * random.nextGaussian()));
    }
  },
  /** The same with one element in 97 a thousand times as large. */
  SPIKES {
    @Override
    float value(SplittableRandom random, int i) {
      return NUMBERS.value(random, i) * (i % 97 == 41 ? 1000 : 1);
    }
  },
  /** Numbers of a few bits, so that magnitudes are often equal to one another and to thresholds. */
  TIES {
    @Override
    float value(SplittableRandom random, int i) {
      return (random.nextInt(17) - 8) * .125f;
    }
  },
  /** Zeros of both signs. */
  ZEROS {
    @Override
    float value(SplittableRandom random, int i) {
      return random.nextBoolean() ? 0f : -0f;
    }
  },
  /** Subnormal numbers, and the smallest normal ones. */
  TINY {
    @Override
    float value(SplittableRandom random, int i) {
      return Float.intBitsToFloat(random.nextInt(1 << 24) | random.nextInt(2) << 31);
    }
  },
  /** Numbers with a NaN or an infinity here and there. */
  SPECIALS {
    @Override
    float value(SplittableRandom random, int i) {
      return switch (random.nextInt(200)) {
        case 0 -> Float.NaN;
        case 1 -> Float.POSITIVE_INFINITY;
        case 2 -> Float.NEGATIVE_INFINITY;
        case 3 -> -Float.MAX_VALUE;
        default -> NUMBERS.value(random, i);
      };
    }
  },
  /** Any bits at all. */
  BITS {
    @Override
    float value(SplittableRandom random, int i) {
      return Float.intBitsToFloat(random.nextInt());
    }
  };

  abstract float value(SplittableRandom random, int i);

  /** {@code length} values, the same for the same seed. */
  float[] values(int length, long seed) {
    SplittableRandom random = new SplittableRandom(seed * 31 + ordinal());
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = value(random, i);
    }
    return values;
  }

  /** The same without signs. */
  float[] magnitudes(int length, long seed) {
    float[] values = values(length, seed);
    for (int i = 0; i < length; i++) {
      values[i] = Math.abs(values[i]);
    }
    return values;
  }
}
