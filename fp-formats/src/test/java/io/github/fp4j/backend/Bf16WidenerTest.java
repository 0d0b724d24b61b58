package io.github.fp4j.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

class Bf16WidenerTest {

  @Test
  void everyNumberIsTheUpperHalfOfItsFloat() { // infinities, NaN payloads and both zeros among them
    short[] all = new short[1 << 16];
    for (int i = 0; i < all.length; i++) {
      all[i] = (short) i;
    }
    float[] wide = new float[all.length + 1];
    new Bf16Widener().widen(all, 0, wide, 1, all.length);
    int cases = 0;
    for (int i = 0; i < all.length; i++) {
      assertThat(Float.floatToRawIntBits(wide[1 + i])).isEqualTo(i << 16);
      cases++;
    }
    assertThat(cases).isEqualTo(65536);
  }

  @Test
  void rangesOutsideAreRefused() {
    Bf16Widener widener = new Bf16Widener();
    assertThatThrownBy(() -> widener.widen(new short[4], 1, new float[8], 0, 4)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> widener.widen(new short[4], 0, new float[8], 5, 4)).isInstanceOf(IndexOutOfBoundsException.class);
  }
}
