package io.github.fp4j.simd.optim;

import java.util.Arrays;

/**
 * One tensor to be trained.
 *
 * @param name unique within an optimizer
 * @param values its elements, row-major, updated in place
 * @param shape extents, outermost first, whose product is the number of elements
 */
public record Parameter(String name, FloatStorage values, int... shape) {

  public Parameter {
    long elements = Arrays.stream(shape).asLongStream().reduce(1, Math::multiplyExact);
    if (elements != values.length() || elements == 0) {
      throw new IllegalArgumentException(
          "shape = " + Arrays.toString(shape) + " of parameter " + name + ": expected a product of " + values.length() + " elements, and at least one");
    }
    if (values instanceof FloatStorage.Float16) {
      throw new IllegalArgumentException("values of parameter " + name + " are binary16: expected float32 or BF16");
    }
    shape = shape.clone();
  }

  @Override
  public int[] shape() {
    return shape.clone();
  }
}
