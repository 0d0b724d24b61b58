package io.github.fp4j.conformance.checkpoint;

import io.github.fp4j.conformance.tensorfile.TensorInfo;
import io.github.fp4j.formats.block.ErrorFigures;

/** What became of one tensor. */
public sealed interface TensorOutcome {

  /** The tensor as the input has it. */
  TensorInfo tensor();

  /**
   * It was quantised.
   *
   * @param tensor as the input has it
   * @param figures how far the restored values are from the given ones
   */
  record Quantized(TensorInfo tensor, ErrorFigures figures) implements TensorOutcome {}

  /**
   * Its bytes were copied.
   *
   * @param tensor as the input has it
   * @param reason why it was not quantised
   */
  record Copied(TensorInfo tensor, String reason) implements TensorOutcome {}
}
