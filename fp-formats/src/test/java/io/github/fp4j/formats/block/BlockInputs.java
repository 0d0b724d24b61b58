package io.github.fp4j.formats.block;

/** The input classes that block quantisers are judged on, made from a seed by integer arithmetic and StrictMath alone, so that goldens can name them. */
enum BlockInputs {
  /** N(0,1) in float32: the class that hides most differences. */
  GAUSSIAN {
    @Override
    float next(Bits bits, int index) {
      return bits.gaussian();
    }
  },
  /** N(0,1) truncated to bf16: quotients hit exact ties. */
  BF16 {
    @Override
    float next(Bits bits, int index) {
      return bf16(bits.gaussian());
    }
  },
  /** -12..12: ties and zeros. */
  SMALL_INTEGERS {
    @Override
    float next(Bits bits, int index) {
      return bits.below(25) - 12;
    }
  },
  /** N(0,1) times a power of two per 16 elements, 2^-20 to 1. */
  WIDE_RANGE {
    @Override
    float next(Bits bits, int index) {
      return Math.scalb(bits.gaussian(), -new Bits(index / 16 + 77).below(21));
    }
  },
  /** N(0,1) with one value in 64 a thousand times as large. */
  OUTLIERS {
    @Override
    float next(Bits bits, int index) {
      float value = bits.gaussian();
      return bits.below(64) == 0 ? value * 1000 : value;
    }
  },
  /** Zero blocks of either sign, and zeros among numbers. */
  ZEROS {
    @Override
    float next(Bits bits, int index) {
      float value = bits.gaussian();
      int kind = bits.below(4);
      return index / 64 % 2 == 0 || kind < 2 ? (kind % 2 == 0 ? 0f : -0f) : value;
    }
  },
  /** Any subnormal, and blocks of the smallest normal numbers. */
  SUBNORMALS {
    @Override
    float next(Bits bits, int index) {
      int width = 1 + new Bits(index / 32 + 5).below(26);
      return Float.intBitsToFloat((int) (bits.word() >>> (64 - width)) | (int) (bits.word() & 0x80000000));
    }
  },
  /** N(0,1) with infinities. */
  INFINITIES {
    @Override
    float next(Bits bits, int index) {
      float value = bits.gaussian();
      return bits.below(48) == 0 ? Math.copySign(Float.POSITIVE_INFINITY, value) : value;
    }
  },
  /** N(0,1) with NaNs of either sign. */
  NANS {
    @Override
    float next(Bits bits, int index) {
      float value = bits.gaussian();
      return bits.below(48) == 0 ? Float.intBitsToFloat(value < 0 ? 0xFFC00000 : 0x7FC00000) : value;
    }
  },
  /** Numbers a few units in the last place below powers of two, any exponent: where float32's logarithm is one too high. */
  BELOW_POWERS_OF_TWO {
    @Override
    float next(Bits bits, int index) {
      int exponent = 1 + new Bits(index / 32 + 9).below(253);
      int largest = (exponent + 1 << 23) - 1 - bits.below(90);
      return Float.intBitsToFloat(index % 32 == 0 ? largest : Math.max(largest - (bits.below(4) << 23) - bits.below(1 << 22), 1));
    }
  },
  /** Finite floats of any exponent. */
  ANY_EXPONENT {
    @Override
    float next(Bits bits, int index) {
      int exponent = bits.below(255);
      return Float.intBitsToFloat(exponent << 23 | (int) (bits.word() >>> 41) | (int) (bits.word() & 0x80000000));
    }
  };

  abstract float next(Bits bits, int index);

  /** {@code length} values. */
  float[] values(long seed, int length) {
    Bits bits = new Bits(seed * 31 + ordinal());
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = next(bits, i);
    }
    return values;
  }

  static float bf16(float value) {
    return Float.intBitsToFloat(Float.floatToRawIntBits(value) & 0xFFFF0000);
  }

  /** SplitMix64. */
  static final class Bits {
    private long state;

    Bits(long seed) {
      state = mixed(seed); // neighbouring seeds must not give one stream shifted
    }

    long word() {
      return mixed(state += 0x9E3779B97F4A7C15L);
    }

    private static long mixed(long z) {
      z = (z ^ z >>> 30) * 0xBF58476D1CE4E5B9L;
      z = (z ^ z >>> 27) * 0x94D049BB133111EBL;
      return z ^ z >>> 31;
    }

    int below(int bound) {
      return (int) ((word() >>> 33) * bound >>> 31);
    }

    double uniform() {
      return ((word() >>> 11) + 0.5) * 0x1p-53;
    }

    float gaussian() {
      return (float) (StrictMath.sqrt(-2 * StrictMath.log(uniform())) * StrictMath.cos(2 * StrictMath.PI * uniform()));
    }
  }
}
