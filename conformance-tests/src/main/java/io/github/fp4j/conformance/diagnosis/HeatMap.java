package io.github.fp4j.conformance.diagnosis;

/**
 * The share of outputs that are wrong, over a grid.
 *
 * @param title what it shows
 * @param rows rows of the matrix that the grid covers
 * @param columns its columns
 * @param shares 0 to 1, or -1 where nothing was judged; at most {@link #LIMIT} by {@link #LIMIT} cells
 */
public record HeatMap(String title, int rows, int columns, double[][] shares) {
  /** Most cells along a side. */
  public static final int LIMIT = 64;

  /** Of a matrix whose element i is row {@code i / columns}, column {@code i % columns}. */
  static HeatMap of(String title, Observation<?> observation, int rows, int columns) {
    int down = Math.min(rows, LIMIT);
    int across = Math.min(columns, LIMIT);
    int[][] judged = new int[down][across];
    int[][] wrong = new int[down][across];
    observation.judged().stream().filter(i -> i < rows * columns).forEach(i -> {
      int y = (int) ((long) (i / columns) * down / rows);
      int x = (int) ((long) (i % columns) * across / columns);
      judged[y][x]++;
      wrong[y][x] += observation.isWrong(i) ? 1 : 0;
    });
    double[][] shares = new double[down][across];
    for (int y = 0; y < down; y++) {
      for (int x = 0; x < across; x++) {
        shares[y][x] = judged[y][x] == 0 ? -1 : (double) wrong[y][x] / judged[y][x];
      }
    }
    return new HeatMap(title, rows, columns, shares);
  }
}
