package io.github.fp4j.simd.optim;

import java.util.Objects;

/** The elements of a tensor in the format they are stored in, over the caller's array. */
public sealed interface FloatStorage {

  /** Number of elements. */
  int length();

  /** Bytes of one element. */
  int bytesPerElement();

  /** Reads elements {@code from .. from + length - 1} as float32, exactly. */
  void load(int from, float[] target, int offset, int length);

  /** Writes elements {@code to .. to + length - 1}, rounded to nearest even. */
  void store(float[] source, int offset, int to, int length);

  /** Float32 elements; the array is used, not copied. */
  static FloatStorage float32(float... values) {
    return new Float32(values);
  }

  /** BF16 bits; the array is used, not copied. */
  static FloatStorage bfloat16(short... bits) {
    return new BFloat16(bits);
  }

  /** IEEE binary16 bits; the array is used, not copied. */
  static FloatStorage float16(short... bits) {
    return new Float16(bits);
  }

  /**
   * Float32.
   *
   * @param values the elements
   */
  record Float32(float[] values) implements FloatStorage {
    @Override
    public int length() {
      return values.length;
    }

    @Override
    public int bytesPerElement() {
      return 4;
    }

    @Override
    public void load(int from, float[] target, int offset, int length) {
      System.arraycopy(values, from, target, offset, length);
    }

    @Override
    public void store(float[] source, int offset, int to, int length) {
      System.arraycopy(source, offset, values, to, length);
    }
  }

  /**
   * BF16.
   *
   * @param bits the upper halves of float32s
   */
  record BFloat16(short[] bits) implements FloatStorage {
    @Override
    public int length() {
      return bits.length;
    }

    @Override
    public int bytesPerElement() {
      return 2;
    }

    @Override
    public void load(int from, float[] target, int offset, int length) {
      for (int i = 0; i < length; i++) {
        target[offset + i] = Bfloat16.toFloat(bits[from + i]);
      }
    }

    @Override
    public void store(float[] source, int offset, int to, int length) {
      for (int i = 0; i < length; i++) {
        bits[to + i] = Bfloat16.nearest(source[offset + i]);
      }
    }

    /** Writes with stochastic rounding; {@code random[i]} holds the random bits of element {@code to + i} in its low half. */
    void storeStochastic(float[] source, int offset, int[] random, int to, int length) {
      Objects.checkFromIndexSize(0, length, random.length);
      for (int i = 0; i < length; i++) {
        bits[to + i] = Bfloat16.stochastic(source[offset + i], random[i]);
      }
    }
  }

  /**
   * IEEE binary16.
   *
   * @param bits as {@link Float#floatToFloat16} gives them
   */
  record Float16(short[] bits) implements FloatStorage {
    @Override
    public int length() {
      return bits.length;
    }

    @Override
    public int bytesPerElement() {
      return 2;
    }

    @Override
    public void load(int from, float[] target, int offset, int length) {
      for (int i = 0; i < length; i++) {
        target[offset + i] = Float.float16ToFloat(bits[from + i]);
      }
    }

    @Override
    public void store(float[] source, int offset, int to, int length) {
      for (int i = 0; i < length; i++) {
        bits[to + i] = Float.floatToFloat16(source[offset + i]);
      }
    }
  }
}
