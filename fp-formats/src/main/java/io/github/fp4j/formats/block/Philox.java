package io.github.fp4j.formats.block;

/**
 * Philox4x32-10, the counter-based generator: 128 bits of counter and 64 bits of key to 128 random bits, with no state in between. Source: Salmon et al.,
 * "Parallel random numbers: as easy as 1, 2, 3", SC 2011; known answers in Random123's kat_vectors.
 */
public final class Philox {
  private static final int ROUNDS = 10;
  private static final long MULTIPLIER_0 = 0xD2511F53L;
  private static final long MULTIPLIER_1 = 0xCD9E8D57L;
  private static final int WEYL_0 = 0x9E3779B9;
  private static final int WEYL_1 = 0xBB67AE85;

  private Philox() {}

  /**
   * Four 32-bit words.
   *
   * @param counterLow counter words 0 (low half) and 1
   * @param counterHigh counter words 2 (low half) and 3
   * @param key key words 0 (low half) and 1
   * @param words where the words go, from index 0 on
   */
  public static void block(long counterLow, long counterHigh, long key, int[] words) {
    int c0 = (int) counterLow;
    int c1 = (int) (counterLow >>> 32);
    int c2 = (int) counterHigh;
    int c3 = (int) (counterHigh >>> 32);
    int k0 = (int) key;
    int k1 = (int) (key >>> 32);
    for (int round = 0; round < ROUNDS; round++) {
      long product0 = MULTIPLIER_0 * Integer.toUnsignedLong(c0);
      long product1 = MULTIPLIER_1 * Integer.toUnsignedLong(c2);
      int next0 = (int) (product1 >>> 32) ^ c1 ^ k0;
      int next2 = (int) (product0 >>> 32) ^ c3 ^ k1;
      c0 = next0;
      c1 = (int) product1;
      c2 = next2;
      c3 = (int) product0;
      k0 += WEYL_0;
      k1 += WEYL_1;
    }
    words[0] = c0;
    words[1] = c1;
    words[2] = c2;
    words[3] = c3;
  }
}
