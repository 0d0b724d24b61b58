package io.github.fp4j.formats.block;

/**
 * Stochastic rounding to E2M1 with random bits from {@link Philox}: element number i of a tensor gets the same bits for the same seed and offset, whatever the
 * order, the threads or the backend.
 *
 * <p>The Philox key is the seed; counter words 2 and 3 are the offset, words 0 and 1 a block number: {@code i / 16} with eight bits per element, {@code i / 4}
 * with 32. With 32 bits, element i takes word {@code i % 4}. With eight, the four elements from {@code i - i % 4} on share word {@code i / 4 % 4}, and the
 * {@linkplain ByteOrder byte order} says which takes which byte.
 *
 * @param arithmetic how the bits act
 * @param byteOrder which byte of a word goes to which element; of no effect with 32 bits
 * @param seed the generator's key
 * @param offset which of its 2^64 streams
 */
public record StochasticRounding(Arithmetic arithmetic, ByteOrder byteOrder, long seed, long offset) {

  /** How random bits push a magnitude up. */
  public enum Arithmetic {
    /** Eight bits: away from zero exactly when they carry out of the discarded bits (PTX ISA 9.1, cvt.rs.satfinite.e2m1x4). */
    CARRY_8,
    /** 32 bits, the same way. */
    CARRY_32,
    /**
     * Eight bits r as float32: {@code fma(r/256, step, |x|)}, rounded down to the grid, step being the distance of codes at |x|. Differs from the carry where the
     * fma rounds up (TransformerEngine, util/ptx.cuh, software fallback).
     */
    FMA_8;

    /** Random bits per element. */
    public int bits() {
      return this == CARRY_32 ? 32 : 8;
    }
  }

  /** Which byte of a 32-bit word goes to which of four consecutive elements. */
  public enum ByteOrder {
    /** Byte i to element i (TransformerEngine's software fallback: {@code rbits >> 8 * i}). */
    ELEMENT,
    /**
     * Bytes 0 and 2 to elements 0 and 1, bytes 1 and 3 to elements 2 and 3 (PTX ISA 9.1: operands e, f take the lower bytes of both halves, a, b the upper). Which
     * of a pair takes which is shown there in a figure only; assumed here: the lower half goes to the element in the lower nibble.
     */
    PTX;

    /** How far the word is shifted down for element {@code i} of four. */
    public int shift(int i) {
      return this == ELEMENT ? 8 * i : 16 * (i & 1) + 8 * (i >> 1);
    }
  }

  /**
   * The random bits of {@code count} elements from number {@code first} on, one int each, in its low {@link Arithmetic#bits()} bits.
   *
   * @param words room for four ints, so that nothing is allocated here
   */
  public void fill(long first, int[] random, int randomOffset, int count, int[] words) {
    int perBlock = arithmetic.bits() == 32 ? 4 : 16;
    long block = -1;
    for (int i = 0; i < count; i++) {
      long element = first + i;
      if (element / perBlock != block) {
        block = element / perBlock;
        Philox.block(block, offset, seed, words);
      }
      int within = (int) (element % perBlock);
      random[randomOffset + i] = perBlock == 4 ? words[within] : words[within / 4] >>> byteOrder.shift(within % 4) & 0xFF;
    }
  }
}
