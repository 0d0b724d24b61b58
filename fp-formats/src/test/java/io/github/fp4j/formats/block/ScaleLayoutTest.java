package io.github.fp4j.formats.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class ScaleLayoutTest {

  @Test
  void transformerEnginesOffset() { // section b, swizzle.cuh:35-51
    int cases = 0;
    for (int columns : new int[] {4, 8, 12, 64}) {
      for (int row = 0; row < 384; row++) {
        for (int col = 0; col < columns; col++) {
          int rb = row / 128;
          int d4 = row % 128 / 32;
          int d3 = row % 32;
          int cbg = col / 4;
          int d5 = col % 4;
          int expected = ((rb * (columns / 4) + cbg) * 32 + d3) * 16 + d4 * 4 + d5;
          assertThat(ScaleLayout.SWIZZLED_128X4.offset(row, col, columns)).isEqualTo(expected);
          cases++;
        }
      }
    }
    assertThat(cases).isEqualTo(384 * 88);
  }

  @Test
  void cublasLtsTiles() { // section j: 512-byte tiles, (tile_inner + tile_outer * n_tiles_inner) * 512 + (outer%32)*16 + (outer/32)*4 + inner
    assertThat(ScaleLayout.SWIZZLED_128X4.offset(130, 5, 10)).isEqualTo((1 + 3) * 512 + 2 * 16 + 1);
    assertThat(ScaleLayout.SWIZZLED_128X4.size(130, 10)).isEqualTo(256 * 12);
    assertThat(ScaleLayout.SWIZZLED_8X4.offset(9, 5, 10)).isEqualTo((3 + 1) * 32 + 4 + 1);
    assertThat(ScaleLayout.SWIZZLED_8X4.size(9, 10)).isEqualTo(16 * 12);
  }

  @Test
  void swizzleIsABijectionForEverySizeToThreeHundredByForty() {
    int cases = 0;
    for (ScaleLayout layout : ScaleLayout.values()) {
      for (int rows = 1; rows <= 300; rows++) {
        for (int columns = 1; columns <= 40; columns++) {
          int size = layout.size(rows, columns);
          BitSet seen = new BitSet(size);
          for (int row = 0; row < layout.paddedRows(rows); row++) {
            for (int column = 0; column < layout.paddedColumns(columns); column++) {
              seen.set(layout.offset(row, column, columns));
            }
          }
          if (seen.cardinality() != size || seen.length() != size) {
            throw new AssertionError(layout + " " + rows + " x " + columns);
          }
          cases++;
        }
      }
    }
    assertThat(cases).isEqualTo(3 * 300 * 40);
  }

  @Property(tries = 100)
  void unswizzleUndoesSwizzleAndPaddingIsZero(@ForAll @IntRange(min = 1, max = 300) int rows, @ForAll @IntRange(min = 1, max = 40) int columns) {
    byte[] linear = new byte[rows * columns + 3];
    for (int i = 0; i < linear.length; i++) {
      linear[i] = (byte) (1 + i % 255);
    }
    for (ScaleLayout layout : List.of(ScaleLayout.SWIZZLED_128X4, ScaleLayout.SWIZZLED_8X4, ScaleLayout.LINEAR)) {
      byte[] swizzled = new byte[layout.size(rows, columns) + 5];
      Arrays.fill(swizzled, (byte) 99);
      layout.swizzle(rows, columns, linear, 3, swizzled, 5);
      int zeros = 0;
      for (int i = 5; i < swizzled.length; i++) {
        zeros += swizzled[i] == 0 ? 1 : 0;
      }
      assertThat(zeros).isEqualTo(layout.size(rows, columns) - rows * columns);
      assertThat(swizzled[4]).isEqualTo((byte) 99);
      byte[] back = new byte[linear.length];
      layout.unswizzle(rows, columns, swizzled, 5, back, 3);
      System.arraycopy(linear, 0, back, 0, 3);
      assertThat(back).isEqualTo(linear);
    }
  }
}
