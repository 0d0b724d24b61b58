package io.github.fp4j.simd;

/** {@link io.github.fp4j.formats.block.Philox} for consecutive blocks. */
interface PhiloxBlocks {

  /** What a count of blocks must be a multiple of, at every width. */
  int TURN = 8;

  /**
   * Writes the four words of each block, little-endian, from {@code random[0]} on.
   *
   * @param firstBlock counter words 0 and 1 of the first block
   * @param counterHigh counter words 2 and 3 of all
   * @param count how many blocks, a multiple of {@link #TURN}
   */
  void words(long firstBlock, long counterHigh, long key, int count, byte[] random);
}
