package io.github.fp4j.simd;

import java.util.SplittableRandom;

/** The input classes that block quantisers are judged on. */
enum BlockInputs {
  /** N(0,1) in float32: the class that hides most differences. */
  GAUSSIAN {
    @Override
    float next(SplittableRandom random, int index) {
      return (float) random.nextGaussian();
    }
  },
  /** N(0,1) truncated to bf16: quotients hit exact ties. */
  BF16 {
    @Override
    float next(SplittableRandom random, int index) {
      return Float.intBitsToFloat(Float.floatToRawIntBits((float) random.nextGaussian()) & 0xFFFF0000);
    }
  },
  /** -12..12: ties and zeros. */
  SMALL_INTEGERS {
    @Override
    float next(SplittableRandom random, int index) {
      return random.nextInt(25) - 12;
    }
  },
  /** N(0,1) times a power of two per 16 elements, 2^-20 to 1. */
  WIDE_RANGE {
    @Override
    float next(SplittableRandom random, int index) {
      return Math.scalb((float) random.nextGaussian(), -(index / 16 * 7 % 21));
    }
  },
  /** N(0,1) with one value in 64 a thousand times as large. */
  OUTLIERS {
    @Override
    float next(SplittableRandom random, int index) {
      float value = (float) random.nextGaussian();
      return random.nextInt(64) == 0 ? value * 1000 : value;
    }
  },
  /** Zero blocks of either sign, and zeros among numbers. */
  ZEROS {
    @Override
    float next(SplittableRandom random, int index) {
      int kind = random.nextInt(4);
      return index / 64 % 2 == 0 || kind < 2 ? (kind % 2 == 0 ? 0f : -0f) : (float) random.nextGaussian();
    }
  },
  /** Nothing but zeros of either sign: the tensor scale is of no use. */
  ALL_ZERO {
    @Override
    float next(SplittableRandom random, int index) {
      return random.nextBoolean() ? 0f : -0f;
    }
  },
  /** Any subnormal, and blocks of the smallest normal numbers. */
  SUBNORMALS {
    @Override
    float next(SplittableRandom random, int index) {
      int width = 1 + index / 32 * 11 % 26;
      return Float.intBitsToFloat(random.nextInt() >>> (32 - width) | random.nextInt() & 0x80000000);
    }
  },
  /** N(0,1) with infinities. */
  INFINITIES {
    @Override
    float next(SplittableRandom random, int index) {
      float value = (float) random.nextGaussian();
      return random.nextInt(96) == 0 ? Math.copySign(Float.POSITIVE_INFINITY, value) : value;
    }
  },
  /** N(0,1) with NaNs of either sign and any payload. */
  NANS {
    @Override
    float next(SplittableRandom random, int index) {
      return random.nextInt(96) == 0 ? Float.intBitsToFloat(0x7F800001 | random.nextInt()) : (float) random.nextGaussian();
    }
  },
  /** Numbers a few units in the last place below powers of two, any exponent: where float32's logarithm is one too high. */
  BELOW_POWERS_OF_TWO {
    @Override
    float next(SplittableRandom random, int index) {
      int exponent = 1 + index / 32 * 37 % 253;
      int largest = (exponent + 1 << 23) - 1 - random.nextInt(90);
      return Float.intBitsToFloat(index % 32 == 0 ? largest : Math.max(largest - (random.nextInt(4) << 23) - random.nextInt(1 << 22), 1));
    }
  },
  /** The same about one and a half times powers of two, where the quotient 6 / x is one. */
  ABOUT_THREE_HALVES {
    @Override
    float next(SplittableRandom random, int index) {
      int exponent = 1 + index / 32 * 37 % 253;
      int largest = (exponent << 23) + 0x400000 - 3 + random.nextInt(60);
      return Float.intBitsToFloat(index % 32 == 0 ? largest : Math.max(largest - (1 + random.nextInt(4) << 23), 1));
    }
  },
  /** Finite floats of any exponent. */
  ANY_EXPONENT {
    @Override
    float next(SplittableRandom random, int index) {
      return Float.intBitsToFloat(random.nextInt(255) << 23 | random.nextInt(1 << 23) | random.nextInt() & 0x80000000);
    }
  };

  abstract float next(SplittableRandom random, int index);

  /** {@code length} values. */
  float[] values(long seed, int length) {
    SplittableRandom random = new SplittableRandom(seed * 31 + ordinal());
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = next(random, i);
    }
    return values;
  }
}
