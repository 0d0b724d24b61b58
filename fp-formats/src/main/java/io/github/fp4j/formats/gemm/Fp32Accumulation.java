package io.github.fp4j.formats.gemm;

/**
 * The accumulation {@code fp32}: what a loop of float32 fused multiply-adds gives, and every kernel of that name whatever its vectors, tiles and threads.
 *
 * <pre>
 * accumulator = C, or +0 without it
 * for k = 0, 1, ..., K - 1:   accumulator = fma(a[k], b[k], accumulator)
 * D = accumulator, every NaN as 0x7FFFFFFF
 * </pre>
 *
 * <p>a and b are float32: an operand's elements times their scales, each rounded to nearest even. That is exact for every format of {@link OperandFormat},
 * but where a UE8M0 scale of 2^126 or 2^127 lifts an element past the largest float, to infinity. Infinities, subnormals and the sign of zero are IEEE 754's.
 *
 * <p>For NVFP4 it is {@link AccumulationModels#SEQUENTIAL_FP32} but for a C of -0 that meets zero products alone, which stays -0 here. It also takes operands
 * of different formats, and float32.
 */
public final class Fp32Accumulation {

  /** Its name, where kernels take a model's id. */
  public static final String ID = "fp32";

  /** Raised when its bits change. */
  public static final String VERSION = "1";

  private static final float NAN = Float.intBitsToFloat(0x7FFFFFFF);

  private Fp32Accumulation() {}

  /**
   * One dot product.
   *
   * @param c what the accumulator starts from
   */
  public static float dot(float[] a, int aOffset, float[] b, int bOffset, int k, float c) {
    float accumulator = c;
    for (int i = 0; i < k; i++) {
      accumulator = Math.fma(a[aOffset + i], b[bOffset + i], accumulator);
    }
    return result(accumulator);
  }

  /** The accumulator as it is stored: one NaN for all. */
  public static float result(float accumulator) {
    return Float.isNaN(accumulator) ? NAN : accumulator;
  }
}
