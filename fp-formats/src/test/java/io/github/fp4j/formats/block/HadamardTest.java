package io.github.fp4j.formats.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Collections;
import org.junit.jupiter.api.Test;

class HadamardTest {
  private static final int[] SIGNS = {1, 1, 1, -1, 1, -1, -1, -1, -1, -1, -1, 1, -1, 1, -1, -1};

  @Test
  void transformerEnginesSignVector() { // section b, "RHT"
    for (int i = 0; i < 16; i++) {
      assertThat(Hadamard.TRANSFORMER_ENGINE.sign(i)).isEqualTo(SIGNS[i]);
    }
    assertThat(Hadamard.TRANSFORMER_ENGINE.factor()).isEqualTo(0.25f);
  }

  @Test
  void unitVectorsGiveTheRowsOfTheMatrix() { // (1/4) * S * H16, H[i][j] = (-1)^popcount(i & j)
    for (int i = 0; i < 16; i++) {
      float[] unit = new float[16];
      unit[i] = 1;
      Hadamard.TRANSFORMER_ENGINE.apply(unit, 0, 16);
      for (int j = 0; j < 16; j++) {
        assertThat(unit[j]).isEqualTo(0.25f * SIGNS[i] * (Integer.bitCount(i & j) % 2 == 0 ? 1 : -1));
      }
    }
  }

  @Test
  void resultsAreBf16() {
    float[] x = BlockInputs.GAUSSIAN.values(2, 64);
    float[] y = x.clone();
    Hadamard.TRANSFORMER_ENGINE.apply(y, 0, 64);
    for (int i = 0; i < 64; i++) {
      assertThat(Float.floatToRawIntBits(y[i]) & 0xFFFF).isZero();
      double exact = 0;
      for (int j = 0; j < 16; j++) {
        exact += 0.25 * SIGNS[j] * x[i / 16 * 16 + j] * (Integer.bitCount(i % 16 & j) % 2 == 0 ? 1 : -1);
      }
      assertThat((double) y[i]).isCloseTo(exact, within(Math.abs(exact) * 0x1.01p-8 + 1e-6));
    }
  }

  @Test
  void butterfliesRunFromDistanceOneUp() { // sums of 2^24 and ones, where the order of additions shows
    float[] x = {0x1p24f, 1, 1, 1};
    Hadamard.plain(4).apply(x, 0, 4);
    // distance 1: 2^24 (2^24 + 1 is a tie to even), 2^24 - 1, 2, 0; distance 2: 2^24 + 2, 2^24 - 1, 2^24 - 2, 2^24 - 1; times 1/2
    assertThat(x).containsExactly(0x1p23f + 1, 0x1p23f - 0.5f, 0x1p23f - 1, 0x1p23f - 0.5f);
  }

  @Test
  void inverseUndoesIt() {
    for (int size = 2; size <= 256; size *= 2) {
      Hadamard transform = new Hadamard(size, Collections.nCopies(Math.ceilDiv(size, 64), 0x5DEECE66DL), null);
      float[] x = BlockInputs.SMALL_INTEGERS.values(size, 512);
      float[] y = x.clone();
      transform.apply(y, 0, 512);
      assertThat(y).isNotEqualTo(x);
      transform.applyInverse(y, 0, 512);
      for (int i = 0; i < x.length; i++) {
        assertThat(y[i]).isCloseTo(x[i], within(1e-4f));
      }
    }
  }

  @Test
  void refusesWhatIsNoPowerOfTwoAndWhatIsNoMultiple() {
    assertThatThrownBy(() -> Hadamard.plain(24)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("size = 24");
    assertThatThrownBy(() -> Hadamard.TRANSFORMER_ENGINE.apply(new float[40], 0, 40))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("length = 40");
  }
}
