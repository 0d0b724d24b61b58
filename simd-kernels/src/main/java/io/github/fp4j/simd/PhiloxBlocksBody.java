package io.github.fp4j.simd;

import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.invoke.MethodHandles;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * {@link PhiloxBlocks} for one width; see {@link PerWidth}. A 32-bit word of a block is a 64-bit lane, so that its product by a multiplier is one lane as well: the
 * high half goes on through a shift, the low half through a mask.
 */
final class PhiloxBlocksBody implements PhiloxBlocks {
  private static final VectorShape SHAPE = PerWidth.shape(MethodHandles.lookup());
  private static final VectorSpecies<Long> LONGS = VectorSpecies.of(long.class, SHAPE);
  private static final VectorSpecies<Integer> INTS = VectorSpecies.of(int.class, SHAPE);
  private static final int LANES = LONGS.length();
  private static final int ROUNDS = 10;
  private static final int BLOCK_BYTES = 16;

  // Halves of lanes: two lanes of 64 bits are none that C2 can select from.
  private static final int[] LOW_HALVES = halves(0);
  private static final int[] HIGH_HALVES = halves(LANES / 2);

  /** Lane i of one vector, then of another, from lane {@code first} on, in two halves. */
  private static int[] halves(int first) {
    int[] indices = new int[2 * LANES];
    for (int i = 0; i < indices.length; i++) {
      indices[i] = 2 * (first + i / 4 + i / 2 % 2 * LANES) + i % 2;
    }
    return indices;
  }

  @Override
  public void words(long firstBlock, long counterHigh, long key, int count, byte[] random) {
    IntVector low = IntVector.fromArray(INTS, LOW_HALVES, 0);
    IntVector high = IntVector.fromArray(INTS, HIGH_HALVES, 0);
    LongVector word = LongVector.broadcast(LONGS, 0xFFFFFFFFL);
    LongVector multiplier0 = LongVector.broadcast(LONGS, 0xD2511F53L);
    LongVector multiplier1 = LongVector.broadcast(LONGS, 0xCD9E8D57L);
    LongVector second = LongVector.broadcast(LONGS, counterHigh & 0xFFFFFFFFL);
    LongVector third = LongVector.broadcast(LONGS, counterHigh >>> 32);
    LongVector block = LongVector.broadcast(LONGS, firstBlock).addIndex(1);
    for (int i = 0; i < count; i += LANES) {
      LongVector c0 = block.and(word);
      LongVector c1 = block.lanewise(LSHR, 32);
      LongVector c2 = second;
      LongVector c3 = third;
      int key0 = (int) key;
      int key1 = (int) (key >>> 32);
      for (int round = 0; round < ROUNDS; round++) {
        LongVector product0 = multiplier0.mul(c0);
        LongVector product1 = multiplier1.mul(c2);
        c0 = product1.lanewise(LSHR, 32).lanewise(XOR, c1).lanewise(XOR, key0 & 0xFFFFFFFFL);
        c2 = product0.lanewise(LSHR, 32).lanewise(XOR, c3).lanewise(XOR, key1 & 0xFFFFFFFFL);
        c1 = product1.and(word);
        c3 = product0.and(word);
        key0 += 0x9E3779B9;
        key1 += 0xBB67AE85;
      }
      IntVector words01 = c0.or(c1.lanewise(LSHL, 32)).reinterpretAsInts();
      IntVector words23 = c2.or(c3.lanewise(LSHL, 32)).reinterpretAsInts();
      low.selectFrom(words01, words23).reinterpretAsBytes().intoArray(random, i * BLOCK_BYTES);
      high.selectFrom(words01, words23).reinterpretAsBytes().intoArray(random, (i + LANES / 2) * BLOCK_BYTES);
      block = block.add(LANES);
    }
  }
}
