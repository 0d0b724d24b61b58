package io.github.fp4j.conformance.tensorfile;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The tensors that together are one quantised weight.
 *
 * @param layout whose rules they follow
 * @param name of the weight as an unquantised checkpoint has it, e.g. {@code layers.0.mlp.up.weight}
 * @param codes the packed elements; with ggml the blocks, scales included
 * @param scales the block scales, linear, one byte each; empty with ggml
 * @param tensorScale float32, one element or one for each index of the extents before the last two; empty where the layout has none, and with ggml
 *     where it is 1
 * @param inputScale the scale of the activations that meet this weight, in the same direction; empty where the file has none
 * @param shape of the weight in elements, outermost first
 */
public record QuantizedWeight(
    CheckpointLayout layout,
    String name,
    TensorInfo codes,
    Optional<TensorInfo> scales,
    Optional<TensorInfo> tensorScale,
    Optional<TensorInfo> inputScale,
    long... shape) {

  /** The product of all extents but the last. */
  public long rows() {
    return TensorInfo.elementCount(Arrays.copyOf(shape, shape.length - 1));
  }

  /** The last extent, along which blocks run. */
  public long columns() {
    return shape[shape.length - 1];
  }

  /** Which way {@link #tensorScale} and {@link #inputScale} work. */
  public TensorScaleDirection direction() {
    return layout.direction();
  }

  /** Rows that share one element of the tensor scale: all of them, or those of one expert. */
  public long rowsPerTensorScale() {
    long scaleCount = tensorScale.map(TensorInfo::elementCount).orElse(1L);
    return scaleCount == 0 ? 0 : rows() / scaleCount;
  }

  /** All its tensors, the codes first. */
  public List<TensorInfo> tensors() {
    return Stream.concat(Stream.of(codes), Stream.of(scales, tensorScale, inputScale).flatMap(Optional::stream)).toList();
  }

  /**
   * The same with the input scale that the layout names.
   *
   * @throws IllegalArgumentException if the layout has none
   */
  public QuantizedWeight withInputScale() {
    return new QuantizedWeight(layout, name, codes, scales, tensorScale, Optional.of(layout.inputScale(name)), shape);
  }
}
