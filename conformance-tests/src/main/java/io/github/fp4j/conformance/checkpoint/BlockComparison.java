package io.github.fp4j.conformance.checkpoint;

import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.block.BlockFormat;
import io.github.fp4j.formats.block.BlockTensor;
import java.util.ArrayList;
import java.util.List;

/**
 * Where two quantised tensors of one shape differ, whatever their nibble orders.
 *
 * @param codes elements compared
 * @param codeDifferences how many have different codes
 * @param scales block scales compared
 * @param scaleDifferences how many differ
 * @param first the first differences, scales before the codes of their block
 * @param map share of differing codes, in a grid over rows and columns
 */
public record BlockComparison(long codes, long codeDifferences, long scales, long scaleDifferences, List<String> first, double[][] map) {
  private static final int GRID = 64;

  /**
   * Compares {@code a} with {@code b}, keeping {@code limit} differences in words.
   *
   * @throws IllegalArgumentException if shapes, element formats or block sizes differ
   */
  public static BlockComparison of(BlockTensor a, BlockTensor b, int limit) {
    BlockFormat formatA = a.profile().format();
    BlockFormat formatB = b.profile().format();
    if (a.rows() != b.rows() || a.columns() != b.columns()) {
      throw new IllegalArgumentException(a + " and " + b + ": expected one shape");
    }
    if (!formatA.element().equals(formatB.element()) || formatA.blockSize() != formatB.blockSize()) {
      throw new IllegalArgumentException(a + " and " + b + ": expected one element format and block size; codes cannot be compared otherwise");
    }
    int block = formatA.blockSize();
    int gridRows = Math.min(GRID, Math.max(1, a.rows()));
    int gridColumns = Math.min(GRID, Math.max(1, a.columns()));
    long[][] wrong = new long[gridRows][gridColumns];
    long[][] seen = new long[gridRows][gridColumns];
    List<String> first = new ArrayList<>();
    long codeDifferences = 0;
    long scaleDifferences = 0;
    long scales = 0;
    for (int row = 0; row < a.rows(); row++) {
      int gridRow = (int) ((long) row * gridRows / a.rows());
      for (int column = 0; column < a.columns(); column++) {
        if (column % block == 0) {
          scales++;
          if (a.scaleCode(row, column) != b.scaleCode(row, column)) {
            scaleDifferences++;
            keep(first, limit, scaleText(a, b, row, column));
          }
        }
        int gridColumn = (int) ((long) column * gridColumns / a.columns());
        seen[gridRow][gridColumn]++;
        if (a.code(row, column) != b.code(row, column)) {
          codeDifferences++;
          wrong[gridRow][gridColumn]++;
          keep(first, limit, codeText(a, b, row, column));
        }
      }
    }
    double[][] map = new double[gridRows][gridColumns];
    for (int i = 0; i < gridRows; i++) {
      for (int j = 0; j < gridColumns; j++) {
        map[i][j] = seen[i][j] == 0 ? 0 : (double) wrong[i][j] / seen[i][j];
      }
    }
    return new BlockComparison((long) a.rows() * a.columns(), codeDifferences, scales, scaleDifferences, List.copyOf(first), map);
  }

  private static void keep(List<String> first, int limit, String text) {
    if (first.size() < limit) {
      first.add(text);
    }
  }

  private static String scaleText(BlockTensor a, BlockTensor b, int row, int column) {
    int one = a.scaleCode(row, column);
    int other = b.scaleCode(row, column);
    return "row %d, block %d: scale 0x%02x (%s) against 0x%02x (%s)"
        .formatted(
            row, column / a.profile().format().blockSize(), one, ReferenceCodec.decode(a.profile().format().scale(), one), other,
            ReferenceCodec.decode(b.profile().format().scale(), other));
  }

  private static String codeText(BlockTensor a, BlockTensor b, int row, int column) {
    int one = a.code(row, column);
    int other = b.code(row, column);
    return "row %d, column %d: code 0x%x (%s) against 0x%x (%s)"
        .formatted(row, column, one, ReferenceCodec.decode(a.profile().format().element(), one), other, ReferenceCodec.decode(b.profile().format().element(), other));
  }
}
