package io.github.fp4j.backend;

/** The parts of {@link BlockKernels} that a backend can have or lack on its own. */
public enum BlockOperation {
  /** {@link BlockKernels#amax}. */
  AMAX,
  /** {@link BlockKernels#quantize}: along rows. */
  QUANTIZE,
  /** {@link BlockKernels#quantizeTransposed}. */
  QUANTIZE_TRANSPOSED,
  /** {@link BlockKernels#quantizeBoth}. */
  QUANTIZE_BOTH,
  /** {@link BlockKernels#quantizeTiles}. */
  QUANTIZE_TILES,
  /** {@link BlockKernels#dequantize}. */
  DEQUANTIZE,
  /** {@link BlockKernels#hadamard}. */
  HADAMARD,
  /** {@link BlockKernels#swizzle} and {@link BlockKernels#unswizzle}. */
  SCALE_LAYOUT
}
