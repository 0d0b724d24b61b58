package io.github.fp4j.conformance.bench;

import java.util.Random;

/** Inputs whose branches and exponents a processor cannot learn. */
final class RandomData {
  private static final int PERIOD = 1 << 20;

  private RandomData() {}

  /** Values of the standard normal distribution; after a million they repeat. */
  static float[] normal(int length, long seed) {
    Random random = new Random(seed);
    float[] values = new float[length];
    for (int i = 0; i < Math.min(length, PERIOD); i++) {
      values[i] = (float) random.nextGaussian();
    }
    for (int filled = PERIOD; filled < length; filled += PERIOD) {
      System.arraycopy(values, 0, values, filled, Math.min(PERIOD, length - filled));
    }
    return values;
  }

  static byte[] bytes(int length, long seed) {
    byte[] bytes = new byte[length];
    new Random(seed).nextBytes(bytes);
    return bytes;
  }
}
