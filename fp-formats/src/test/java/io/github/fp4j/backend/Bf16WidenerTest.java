package io.github.fp4j.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.lang.foreign.MemorySegment;
import org.junit.jupiter.api.Test;

class Bf16WidenerTest {

  @Test
  void everyNumberIsTheUpperHalfOfItsFloat() { // infinities, NaN payloads and both zeros among them
    short[] all = new short[(1 << 16) + 1];
    byte[] bytes = new byte[1 + 2 * all.length];
    for (int i = 0; i < all.length; i++) {
      all[i] = (short) i;
      bytes[1 + 2 * i] = (byte) i;
      bytes[2 + 2 * i] = (byte) (i >>> 8);
    }
    float[] fromArray = new float[all.length + 1];
    float[] fromSegment = new float[all.length + 1];
    Bf16Widener widener = new Bf16Widener();
    widener.widen(all, 0, fromArray, 1, all.length);
    widener.widen(MemorySegment.ofArray(bytes), 1, fromSegment, 1, all.length);
    int cases = 0;
    for (int i = 0; i < all.length; i++) {
      assertThat(Float.floatToRawIntBits(fromArray[1 + i])).isEqualTo(i << 16);
      assertThat(Float.floatToRawIntBits(fromSegment[1 + i])).isEqualTo(i << 16);
      cases++;
    }
    assertThat(cases).isEqualTo(65537);
  }

  @Test
  void everyShortLength() {
    short[] from = {1, 2, 3, 4, 5, 6, 7};
    for (int offset = 0; offset < 4; offset++) {
      for (int length = 0; length <= 3; length++) {
        float[] to = new float[6];
        new Bf16Widener().widen(from, offset, to, 2, length);
        for (int i = 0; i < to.length; i++) {
          boolean written = i >= 2 && i < 2 + length;
          assertThat(Float.floatToRawIntBits(to[i])).isEqualTo(written ? from[offset + i - 2] << 16 : 0);
        }
      }
    }
  }

  @Test
  void rangesOutsideAreRefused() {
    Bf16Widener widener = new Bf16Widener();
    assertThatThrownBy(() -> widener.widen(new short[4], 1, new float[8], 0, 4)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> widener.widen(new short[4], 0, new float[8], 5, 4)).isInstanceOf(IndexOutOfBoundsException.class);
    assertThatThrownBy(() -> widener.widen(MemorySegment.ofArray(new byte[7]), 0, new float[8], 0, 4)).isInstanceOf(IndexOutOfBoundsException.class);
  }
}
