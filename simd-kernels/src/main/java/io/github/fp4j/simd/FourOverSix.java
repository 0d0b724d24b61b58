package io.github.fp4j.simd;

/** What {@link io.github.fp4j.formats.block.ScaleSearch} compares: the error that each of two scales leaves in blocks of 16. Counts of blocks are multiples of 16. */
interface FourOverSix {

  /**
   * One step of the way from block after block to element after element: the even elements, then the odd ones. After four steps element e of block b is at
   * {@code e * blocks + b}.
   *
   * @param length a multiple of 256
   * @param to where they go, from index 0 on
   */
  void separate(float[] from, int offset, int length, float[] to);

  /**
   * The errors of each block, one after the other in the order of its elements.
   *
   * @param transposed elements as four steps of {@link #separate} leave them
   * @param scales block scales
   * @param factors what elements are multiplied by
   * @param tensorScale what restored elements are multiplied by, before
   * @param divisor they are divided by
   * @param sums where the sum of block b goes, at {@code sumsOffset + b}
   */
  void absoluteErrors(
      float[] transposed, int blocks, float[] scales, float[] factors, float tensorScale, float divisor, float[] sums, int sumsOffset);

  /** The same with squared errors. */
  void squaredErrors(
      float[] transposed, int blocks, float[] scales, float[] factors, float tensorScale, float divisor, float[] sums, int sumsOffset);
}
