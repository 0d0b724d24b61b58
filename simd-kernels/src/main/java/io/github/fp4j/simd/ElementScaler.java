package io.github.fp4j.simd;

/** Elements scaled, for a cast that another step does. Every length is a multiple of 256. */
interface ElementScaler {

  /**
   * {@code (values + zero) * m} as the input of a following step.
   *
   * @param zero +0, which makes +0 of -0, or -0, which changes nothing
   * @param prescaled where the results go, from index 0 on
   */
  void prescaleProducts(float[] values, int offset, int length, float zero, float m, float[] prescaled);

  /** {@code (values + zero) / d}. */
  void prescaleQuotients(float[] values, int offset, int length, float zero, float d, float[] prescaled);

  /**
   * Multiplies the elements of block {@code i} by {@code factors[i]} and adds {@code zero}.
   *
   * @param blockShift binary logarithm of the block size
   * @param scaled where products go, from index 0 on; may be {@code values}
   */
  void products(float[] values, int offset, int length, float[] factors, int blockShift, float zero, float[] scaled);

  /** Divides in the same way. */
  void quotients(float[] values, int offset, int length, float[] factors, int blockShift, float zero, float[] scaled);
}
