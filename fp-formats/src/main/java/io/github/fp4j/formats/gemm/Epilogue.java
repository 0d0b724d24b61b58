package io.github.fp4j.formats.gemm;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.Overflow;
import io.github.fp4j.formats.ReferenceCodec;
import org.jspecify.annotations.Nullable;

/**
 * What happens to the accumulators before they are stored, as data: {@code D = convert(alpha * accumulator + beta * C + bias)}, computed in float32, nearest
 * even. With beta = 0 C is not read (its NaNs do not count). A NaN result is NVIDIA's, 0x7FFFFFFF in float32 and 0x7FFF, widened, in bf16 and fp16.
 *
 * <p>Source: cuBLASLt's documentation of {@code cublasLtMatmul} for the formula. Its roundings between the operations are not published; {@link Combination}
 * holds the candidates.
 *
 * @param alpha factor of the accumulators; for NVFP4 it carries the tensor scales, 1 / (scale of A * scale of B)
 * @param beta factor of C
 * @param combination how the two products are added
 * @param output the type of D
 */
public record Epilogue(float alpha, float beta, Combination combination, Output output) {

  /** Stores the accumulators as they are. */
  public static final Epilogue NONE = new Epilogue(1, 0, Combination.FUSED, Output.FP32);

  /** How {@code alpha * accumulator + beta * C} is rounded. */
  public enum Combination {
    /** {@code fma(alpha, accumulator, beta * C)}: CUTLASS, epilogue/thread/linear_combination.h. */
    FUSED,
    /** Both products are rounded, and then their sum. */
    SEPARATE
  }

  /** Type of D. */
  public enum Output {
    FP32,
    BF16,
    FP16
  }

  /**
   * One element of D, as a float32 of the same value.
   *
   * @param accumulator the product's element
   * @param c C's element; not read if beta is 0
   * @param bias added last; 0 for none, which is not added
   */
  public float apply(float accumulator, float c, float bias) {
    float value = beta == 0 ? alpha * accumulator : combined(accumulator, c);
    return converted(bias == 0 ? value : value + bias);
  }

  private float combined(float accumulator, float c) {
    return switch (combination) {
      case FUSED -> Math.fma(alpha, accumulator, beta * c);
      case SEPARATE -> alpha * accumulator + beta * c;
    };
  }

  private float converted(float value) {
    return switch (output) {
      case FP32 -> Float.isNaN(value) ? Float.intBitsToFloat(0x7FFFFFFF) : value;
      case BF16 -> Float.isNaN(value) ? Float.intBitsToFloat(0x7FFF0000) : rounded(FloatFormat.BF16, value);
      case FP16 -> Float.isNaN(value) ? Float.float16ToFloat((short) 0x7FFF) : rounded(FloatFormat.FP16, value);
    };
  }

  private static float rounded(FloatFormat format, float value) {
    return ReferenceCodec.decode(format, ReferenceCodec.encode(Conversion.cuda(format).with(Overflow.INFINITY), value));
  }

  /**
   * Applies it to all of {@code d}, [M, N], in place.
   *
   * @param c [M, N]; null only if beta is 0
   * @param bias one for each row of D, as cuBLASLt adds it; null for none
   * @throws IllegalArgumentException if an array is missing or of another length
   */
  public void apply(float[] d, float @Nullable [] c, float @Nullable [] bias) {
    if (beta != 0 && c == null) {
      throw new IllegalArgumentException("c = null with beta = " + beta + ": expected " + d.length + " elements");
    }
    if (c != null && c.length != d.length) {
      throw new IllegalArgumentException("c has " + c.length + " elements: expected " + d.length);
    }
    if (bias != null && (bias.length == 0 ? d.length != 0 : d.length % bias.length != 0)) {
      throw new IllegalArgumentException("bias has " + bias.length + " elements: expected one for each row of the " + d.length + " elements of d");
    }
    int columns = bias == null || bias.length == 0 ? d.length : d.length / bias.length;
    for (int i = 0; i < d.length; i++) {
      d[i] = apply(d[i], c == null ? 0 : c[i], bias == null ? 0 : bias[i / columns]);
    }
  }
}
