package io.github.fp4j.formats.block;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class PhiloxTest {

  @Test
  void knownAnswersOfRandom123() { // kat_vectors, lines "philox4x32 10"
    assertBlock(0, 0, 0, 0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8);
    assertBlock(-1, -1, -1, 0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd);
    assertBlock(0x85a308d3243f6a88L, 0x0370734413198a2eL, 0x299f31d0a4093822L, 0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1);
  }

  private static void assertBlock(long counterLow, long counterHigh, long key, int... expected) {
    int[] words = new int[4];
    Philox.block(counterLow, counterHigh, key, words);
    assertThat(words).containsExactly(expected);
  }
}
