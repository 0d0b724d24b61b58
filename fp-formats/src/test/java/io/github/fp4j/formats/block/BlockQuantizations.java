package io.github.fp4j.formats.block;

import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.ReferenceBackend;

/** Whole tensors by the reference, for tests. */
final class BlockQuantizations {
  static final BlockKernels REFERENCE = ReferenceBackend.INSTANCE.blocks().orElseThrow();

  private BlockQuantizations() {}

  static BlockTensor quantize(QuantizationProfile profile, Blocking blocking, FloatRows from) {
    return REFERENCE.quantize(profile, blocking, from);
  }

  /** One row. */
  static BlockTensor quantizeRow(QuantizationProfile profile, float... row) {
    return quantize(profile, Blocking.ROWS, FloatRows.of(row, 1, row.length));
  }
}
