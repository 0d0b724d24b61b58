package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.conformance.diagnosis.HadamardTask;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Hadamard;

/** XH: a Hadamard transform of every kind of input, bit for bit; expected values come from {@link Hadamard#apply}. */
final class HadamardClass implements CoverageClass {
  private static final int ELEMENTS = 2048;
  private static final int LEAST_ROWS = 2;
  private static final int LEAST_COLUMNS = 256;

  private final String name;
  private final Hadamard transform;
  private final int rows;
  private final int columns;

  /** Rows of 256 elements or one group, two of them at least. */
  HadamardClass(String name, Hadamard transform) {
    this.name = name;
    this.transform = transform;
    this.columns = Math.max(LEAST_COLUMNS, transform.size());
    this.rows = Math.max(LEAST_ROWS, ELEMENTS / columns);
  }

  @Override
  public String suite() {
    return "XH";
  }

  @Override
  public String id() {
    return "XH/" + name;
  }

  @Override
  public long cases() {
    return (long) BlockInput.values().length * rows * columns;
  }

  /** A linear map has no finite list of cases; the kinds of input are all asked. */
  @Override
  public boolean exhaustive() {
    return true;
  }

  @Override
  public boolean appliesTo(Backend subject) {
    return subject.blocks().filter(kernels -> kernels.supports(transform)).isPresent();
  }

  @Override
  public void run(Backend subject, Tally tally, Workers workers) {
    BlockKernels kernels = subject.blocks().orElseThrow();
    for (BlockInput input : BlockInput.values()) {
      float[] values = input.values(transform.size(), rows, columns);
      float[] expected = values.clone();
      transform.apply(expected, 0, expected.length);
      FloatTarget target = new FloatTarget(expected, rows, columns);
      FloatRows inPlace = target.rows();
      for (int row = 0; row < rows; row++) {
        System.arraycopy(values, row * columns, inPlace.values(), inPlace.index(row, 0), columns);
      }
      kernels.hadamard(transform, inPlace);
      target.compare(
          (long) input.ordinal() << 32, tally,
          (row, column) -> "%s: row %d, group %d, element %d".formatted(input.label(), row, column / transform.size(), column % transform.size()));
      tally.observe((long) input.ordinal() << 32, target.observation(new HadamardTask(input.label(), transform, values)));
    }
  }
}
