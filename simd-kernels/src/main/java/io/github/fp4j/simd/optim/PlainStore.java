package io.github.fp4j.simd.optim;

import java.util.Arrays;

/** A moment in a float format. */
record PlainStore(FloatStorage values) implements MomentStore {

  @Override
  public void open(Workspace workspace, Window window, int from, int length) {
    window.open(values, from, length);
  }

  @Override
  public void close(Workspace workspace, Window window, int from, int length) {
    if (window.isCopy()) {
      values.store(window.array, window.offset, from, length);
    }
  }

  @Override
  public int granule() {
    return 1;
  }

  @Override
  public void clear() {
    switch (values) {
      case FloatStorage.Float32(float[] array) -> Arrays.fill(array, 0);
      case FloatStorage.BFloat16(short[] bits) -> Arrays.fill(bits, (short) 0);
      case FloatStorage.Float16(short[] bits) -> Arrays.fill(bits, (short) 0);
    }
  }

  @Override
  public void visit(String name, StateVisitor visitor) {
    switch (values) {
      case FloatStorage.Float32(float[] array) -> visitor.floats(name, array);
      case FloatStorage.BFloat16(short[] bits) -> visitor.shorts(name, bits);
      case FloatStorage.Float16 _ -> throw new IllegalStateException(name + ": no moment is stored in binary16");
    }
  }
}
