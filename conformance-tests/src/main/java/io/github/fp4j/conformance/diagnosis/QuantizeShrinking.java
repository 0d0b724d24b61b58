package io.github.fp4j.conformance.diagnosis;

import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.FloatRows;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Smaller matrices to quantise: fewer rows, fewer blocks, zeros, values with fewer bits, the tensor scale that changes nothing. */
final class QuantizeShrinking {
  private final QuantizeTask task;
  private final List<Supplier<QuantizeTask>> smaller = new ArrayList<>();

  private QuantizeShrinking(QuantizeTask task) {
    this.task = task;
  }

  static Stream<QuantizeTask> of(QuantizeTask task) {
    QuantizeShrinking shrinking = new QuantizeShrinking(task);
    shrinking.collect();
    return shrinking.smaller.stream().map(Supplier::get);
  }

  private void collect() {
    FloatRows from = task.from();
    int rowUnit = task.blocking() == Blocking.ROWS ? 1 : task.profile().rowMultiple();
    int columnUnit = task.blocking() == Blocking.TRANSPOSED ? 1 : task.profile().rowMultiple();
    halves(from.rows(), rowUnit, (first, count) -> task.with(from.rowRange(first, count)));
    halves(from.columns(), columnUnit, (first, count) -> task.with(from.columnRange(first, count)));
    float unit = TensorScaleFaults.unit(task.profile());
    if (task.profile().format().hasTensorScale() && task.tensorScale() != unit) {
      smaller.add(() -> task.with(unit));
    }
    for (int i = 0; i < from.rows() * from.columns(); i++) {
      value(i);
    }
  }

  private interface Range {
    QuantizeTask of(int first, int count);
  }

  private void halves(int length, int unit, Range range) {
    int units = length / unit;
    if (units > 1) {
      int half = units / 2 * unit;
      smaller.add(() -> range.of(0, half));
      smaller.add(() -> range.of(half, length - half));
    }
  }

  private void value(int at) {
    FloatRows from = task.from();
    float value = from.values()[from.index(at / from.columns(), at % from.columns())];
    int bits = Float.floatToRawIntBits(value);
    if (bits == 0) {
      return;
    }
    smaller.add(() -> changed(at, 0));
    if (Float.isFinite(value)) {
      IntStream.of(20, 16, 12, 8, 4)
          .map(dropped -> bits & -1 << dropped)
          .filter(shorter -> shorter != bits)
          .forEach(shorter -> smaller.add(() -> changed(at, Float.intBitsToFloat(shorter))));
    }
  }

  private QuantizeTask changed(int at, float value) {
    FloatRows from = task.from();
    float[] values = new float[from.rows() * from.columns()];
    for (int i = 0; i < values.length; i++) {
      values[i] = i == at ? value : from.values()[from.index(i / from.columns(), i % from.columns())];
    }
    return task.with(FloatRows.of(values, from.rows(), from.columns()));
  }
}
