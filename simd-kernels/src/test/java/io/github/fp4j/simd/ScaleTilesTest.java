package io.github.fp4j.simd;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fp4j.formats.block.ScaleLayout;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/** Scale layouts of every width against the model: every shape up to 300 rows of 40 scales, and some that take several turns. */
class ScaleTilesTest {
  private static final byte CANARY = 0x55;
  private static final int GAP = 5;

  @Test
  void everyShape() {
    int cases = 0;
    for (int rows = 1; rows <= 300; rows++) {
      for (int columns = 1; columns <= 40; columns++) {
        for (ScaleLayout layout : ScaleLayout.values()) {
          assertSame(layout, rows, columns);
          cases++;
        }
      }
    }
    assertThat(cases).isEqualTo(300 * 40 * 3);
  }

  @Test
  void wideMatrices() {
    int cases = 0;
    for (int rows : new int[] {0, 1, 8, 100, 128, 257}) {
      for (int columns : new int[] {0, 64, 255, 256, 700}) {
        for (ScaleLayout layout : ScaleLayout.values()) {
          assertSame(layout, rows, columns);
          cases++;
        }
      }
    }
    assertThat(cases).isEqualTo(6 * 5 * 3);
  }

  private static void assertSame(ScaleLayout layout, int rows, int columns) {
    byte[] linear = new byte[GAP + rows * columns + GAP];
    for (int i = 0; i < linear.length; i++) {
      linear[i] = (byte) (i * 89 + i / 256 + 1);
    }
    byte[] expected = canaries(layout.size(rows, columns));
    layout.swizzle(rows, columns, linear, GAP, expected, GAP);
    byte[] back = canaries(rows * columns);
    layout.unswizzle(rows, columns, expected, GAP, back, GAP);
    for (Widths.BlockWidth width : Widths.blocks()) {
      byte[] actual = canaries(layout.size(rows, columns));
      width.kernels().swizzle(layout, rows, columns, linear, GAP, actual, GAP);
      assertEqual(layout, rows, columns, width, actual, expected);
      byte[] restored = canaries(rows * columns);
      width.kernels().unswizzle(layout, rows, columns, expected, GAP, restored, GAP);
      assertEqual(layout, rows, columns, width, restored, back);
    }
  }

  private static void assertEqual(ScaleLayout layout, int rows, int columns, Widths.BlockWidth width, byte[] actual, byte[] expected) {
    int at = Arrays.mismatch(actual, expected);
    if (at >= 0) {
      throw new AssertionError(
          "%s of %d x %d, %s: byte %d is %02x, expected %02x".formatted(layout, rows, columns, width, at - GAP, actual[at], expected[at]));
    }
  }

  private static byte[] canaries(int length) {
    byte[] bytes = new byte[length + 2 * GAP];
    Arrays.fill(bytes, CANARY);
    return bytes;
  }

  @Test
  void arraysThatAreTooShortAreRefusedBeforeAnythingIsWritten() {
    byte[] tiles = new byte[2 * 512 - 1];
    for (Widths.BlockWidth width : Widths.blocks()) {
      for (ScaleLayout layout : new ScaleLayout[] {ScaleLayout.SWIZZLED_128X4, ScaleLayout.SWIZZLED_8X4}) {
        assertThatThrownBy(() -> width.kernels().swizzle(layout, 129, 4, new byte[129 * 4], 0, Arrays.copyOf(tiles, layout.size(129, 4) - 1), 0))
            .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> width.kernels().unswizzle(layout, 128, 4, new byte[layout.size(128, 4)], 0, new byte[511], 0))
            .isInstanceOf(IndexOutOfBoundsException.class);
        assertThatThrownBy(() -> width.kernels().swizzle(layout, 1 << 20, 1 << 20, tiles, 0, tiles, 0)).isInstanceOf(ArithmeticException.class);
      }
    }
  }
}
