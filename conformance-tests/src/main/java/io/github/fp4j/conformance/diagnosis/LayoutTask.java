package io.github.fp4j.conformance.diagnosis;

import io.github.fp4j.formats.block.ScaleLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;

/**
 * Scales put into a layout, or taken out of it. Scale i of the matrix has the number i + 1, padding is 0; outputs are those numbers, as they lie in the layout or in
 * the matrix.
 *
 * @param name what it is, for reports
 * @param layout the layout
 * @param rows rows of scales
 * @param columns scales in a row
 * @param swizzling into the layout; else out of it, where the padding has number {@link #POISON}
 */
public record LayoutTask(String name, ScaleLayout layout, int rows, int columns, boolean swizzling) implements Task<LayoutTask> {
  /** What lies in outputs before a call, and in the padding that must not be read: both bytes of a number 0xA5. */
  public static final int POISON = 0xA5A5;

  private static final List<Fault<LayoutTask>> FAULTS = catalogue();

  private int size() {
    return swizzling ? layout.size(rows, columns) : rows * columns;
  }

  /** The matrix, number after number. */
  private int[] linear() {
    return IntStream.rangeClosed(1, rows * columns).toArray();
  }

  /** The matrix in a layout; {@code padding} elsewhere. */
  private int[] in(ScaleLayout other, int padding) {
    int[] swizzled = new int[other.size(rows, columns)];
    Arrays.fill(swizzled, padding);
    for (int i = 0; i < rows * columns; i++) {
      swizzled[other.offset(i / columns, i % columns, columns)] = i + 1;
    }
    return swizzled;
  }

  /** The numbers as the layout has them. */
  public Answers answers() {
    int[] right = swizzling ? in(layout, 0) : linear();
    return i -> right[i];
  }

  @Override
  public int[] right() {
    return IntStream.range(0, size()).map(answers()::at).toArray();
  }

  /** All faults that are known. */
  public static List<Fault<LayoutTask>> all() {
    return FAULTS;
  }

  @Override
  public List<Fault<LayoutTask>> faults() {
    return FAULTS;
  }

  @Override
  public String place(int output) {
    return swizzling ? "byte " + output : "row %d, column %d".formatted(output / columns, output % columns);
  }

  @Override
  public List<String> details(int output, int right, int actual) {
    return List.of("must be %s, is %s".formatted(scale(right), scale(actual)));
  }

  private String scale(int number) {
    if (number == 0) {
      return "zero (padding)";
    }
    return number > rows * columns ? "0x%04x (no scale)".formatted(number) : "the scale of row %d, column %d".formatted((number - 1) / columns, (number - 1) % columns);
  }

  @Override
  public List<Trait> traits() {
    return List.of(Trait.single(swizzling ? "bytes of the layout" : "places in the matrix", i -> i));
  }

  private static List<Fault<LayoutTask>> catalogue() {
    List<Fault<LayoutTask>> faults = new ArrayList<>();
    for (ScaleLayout other : ScaleLayout.values()) {
      faults.add(Fault.of("as-" + other, "Scales lie as in the layout " + other + ".", task -> as(task, other)));
    }
    faults.add(Fault.of("twice", "Scales are put into the layout, or taken out of it, twice.", LayoutTask::twice));
    faults.add(Fault.of("opposite", "Scales are moved the wrong way: into the layout instead of out of it, or the other way round.", LayoutTask::opposite));
    faults.add(Fault.of("tiles-column-major", "Tiles follow one another down the columns, not along the rows.", LayoutTask::tilesColumnMajor));
    faults.add(
        Fault.leaving(
            "padding-not-cleared", "Padding is not written.",
            task -> {
              Answers right = task.answers();
              return i -> task.swizzling && right.at(i) == 0;
            },
            LayoutTask::answers));
    faults.add(Fault.of("column-major", "The matrix is read or written column after column.", LayoutTask::columnMajor));
    return List.copyOf(faults);
  }

  /** What lies in memory if nobody moves anything. */
  private int[] plain() {
    return swizzling ? linear() : in(layout, POISON);
  }

  private static Answers as(LayoutTask task, ScaleLayout other) {
    if (other == task.layout) {
      throw new IllegalArgumentException("the layout itself");
    }
    int[] found = task.swizzling ? task.in(other, 0) : task.in(task.layout, POISON);
    return i -> {
      int at = task.swizzling ? i : other.offset(i / task.columns, i % task.columns, task.columns);
      return at < found.length ? found[at] : 0;
    };
  }

  private static Answers twice(LayoutTask task) {
    ScaleLayout layout = task.layout;
    int paddedColumns = layout.paddedColumns(task.columns);
    if (task.swizzling) {
      int[] once = task.in(layout, 0);
      int[] result = new int[once.length];
      for (int i = 0; i < once.length; i++) {
        result[layout.offset(i / paddedColumns, i % paddedColumns, paddedColumns)] = once[i];
      }
      return i -> result[i];
    }
    int[] swizzled = task.in(layout, POISON);
    return i -> swizzled[layout.offset(
        layout.offset(i / task.columns, i % task.columns, task.columns) / paddedColumns,
        layout.offset(i / task.columns, i % task.columns, task.columns) % paddedColumns, paddedColumns)];
  }

  private static Answers opposite(LayoutTask task) {
    int[] found = task.plain();
    ScaleLayout layout = task.layout;
    if (task.swizzling) {
      int paddedColumns = layout.paddedColumns(task.columns);
      return i -> {
        int at = layout.offset(i / paddedColumns, i % paddedColumns, paddedColumns);
        return at < found.length ? found[at] : 0;
      };
    }
    int[] result = new int[found.length];
    for (int i = 0; i < task.rows * task.columns; i++) {
      result[layout.offset(i / task.columns, i % task.columns, task.columns)] = found[i];
    }
    return i -> result[i];
  }

  private static Answers tilesColumnMajor(LayoutTask task) {
    int tile = task.layout == ScaleLayout.SWIZZLED_128X4 ? 512 : task.layout == ScaleLayout.SWIZZLED_8X4 ? 32 : 1;
    int down = task.layout.size(task.rows, task.columns) / tile / (task.layout.paddedColumns(task.columns) / (tile == 1 ? 1 : 4));
    int across = task.layout.size(task.rows, task.columns) / tile / down;
    IntUnaryOperator moved = at -> (at / tile % across * down + at / tile / across) * tile + at % tile;
    if (task.swizzling) {
      int[] right = task.in(task.layout, 0);
      int[] result = new int[right.length];
      for (int i = 0; i < right.length; i++) {
        result[moved.applyAsInt(i)] = right[i];
      }
      return i -> result[i];
    }
    int[] swizzled = task.in(task.layout, POISON);
    return i -> swizzled[moved.applyAsInt(task.layout.offset(i / task.columns, i % task.columns, task.columns))];
  }

  private static Answers columnMajor(LayoutTask task) {
    if (task.swizzling) {
      int[] right = task.in(task.layout, 0);
      return i -> right[i] == 0 ? 0 : (right[i] - 1) % task.columns * task.rows + (right[i] - 1) / task.columns + 1;
    }
    Answers right = task.answers();
    return i -> right.at(i % task.rows * task.columns + i / task.rows);
  }
}
