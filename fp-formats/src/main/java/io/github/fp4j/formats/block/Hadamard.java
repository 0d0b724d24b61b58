package io.github.fp4j.formats.block;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.Overflow;
import io.github.fp4j.formats.ReferenceCodec;
import java.util.Collections;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A randomised Hadamard transform of consecutive groups: {@code y = (x * S) H / sqrt(n)} with S a diagonal of signs and H Sylvester's matrix.
 *
 * <p>Order of operations, all in float32: signs; butterflies of distance 1, 2, 4, ... n/2, {@code (a, b) -> (a + b, a - b)}; one multiplication by 1/sqrt(n)
 * rounded to float32; then, if named, one rounding to a narrower format. Overflow gives infinities, which with NaN spread over their group.
 *
 * @param size elements in a group, a power of two from 2 to 65536
 * @param signs one bit per element, bit {@code i % 64} of word {@code i / 64} set where the sign is minus
 * @param rounding format that results are rounded to, nearest-even; null for float32
 */
public record Hadamard(int size, List<Long> signs, @Nullable FloatFormat rounding) {
  /** Elements in the smallest group. */
  public static final int LEAST_SIZE = 2;

  /** Elements in the largest group. */
  public static final int LARGEST_SIZE = 65536;

  /** TransformerEngine's and torchao's: 16 elements, fixed sign vector, result in bf16 (pytorch/tensor/nvfp4_tensor.py; hadamard_utils.py). */
  public static final Hadamard TRANSFORMER_ENGINE = new Hadamard(16, List.of(0b1101_0111_1110_1000L), FloatFormat.BF16);

  public Hadamard {
    if (size < LEAST_SIZE || size > LARGEST_SIZE || Integer.bitCount(size) != 1) {
      throw new IllegalArgumentException("size = " + size + ": expected a power of two from " + LEAST_SIZE + " to " + LARGEST_SIZE);
    }
    signs = List.copyOf(signs);
    if (signs.size() != Math.ceilDiv(size, 64)) {
      throw new IllegalArgumentException("signs has " + signs.size() + " words: expected " + Math.ceilDiv(size, 64));
    }
  }

  /** The plain transform of {@code size} elements: no sign flips, results in float32. */
  public static Hadamard plain(int size) {
    return new Hadamard(size, Collections.nCopies(Math.ceilDiv(size, 64), 0L), null);
  }

  /** The sign of element {@code i} of a group: 1 or -1. */
  public int sign(int i) {
    return (signs.get(i >> 6) >>> (i & 63) & 1) == 0 ? 1 : -1;
  }

  /** What results are multiplied by: 1/sqrt(size) as float32. */
  public float factor() {
    return (float) (1 / Math.sqrt(size));
  }

  /** Transforms {@code length} elements, a multiple of the size, in place. */
  public void apply(float[] values, int offset, int length) {
    check(values, offset, length);
    for (int start = offset; start < offset + length; start += size) {
      for (int i = 0; i < size; i++) {
        values[start + i] *= sign(i);
      }
      butterflies(values, start);
    }
  }

  /** Undoes {@link #apply} up to rounding: butterflies first, then signs. */
  public void applyInverse(float[] values, int offset, int length) {
    check(values, offset, length);
    for (int start = offset; start < offset + length; start += size) {
      butterflies(values, start);
      for (int i = 0; i < size; i++) {
        values[start + i] *= sign(i);
      }
    }
  }

  private void check(float[] values, int offset, int length) {
    Objects.checkFromIndexSize(offset, length, values.length);
    if (length % size != 0) {
      throw new IllegalArgumentException("length = " + length + " is not a multiple of the transform's size " + size);
    }
  }

  private void butterflies(float[] values, int start) {
    for (int distance = 1; distance < size; distance *= 2) {
      for (int i = 0; i < size; i += 2 * distance) {
        for (int j = start + i; j < start + i + distance; j++) {
          float a = values[j];
          float b = values[j + distance];
          values[j] = a + b;
          values[j + distance] = a - b;
        }
      }
    }
    float factor = factor();
    for (int i = start; i < start + size; i++) {
      values[i] = rounded(values[i] * factor);
    }
  }

  private float rounded(float value) {
    if (rounding == null) {
      return value;
    }
    Conversion conversion = Conversion.cuda(rounding).with(rounding.hasInfinity() ? Overflow.INFINITY : Overflow.SATURATE);
    return ReferenceCodec.decode(rounding, ReferenceCodec.encode(conversion, value));
  }
}
