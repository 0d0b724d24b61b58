package io.github.fp4j.conformance.checkpoint;

import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.conformance.tensorfile.FloatElements;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.ErrorFigures;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.lang.foreign.MemorySegment;
import java.util.function.LongConsumer;

/** A piece in arrays, for any block kernels: widened, quantised, restored and compared. */
final class ArrayPiece extends Piece {
  private final BlockKernels kernels;
  private final FloatElements elements = new FloatElements();
  private float[] values = new float[0];
  private float[] restored = new float[0];
  private BlockRows blocks = new BlockRows(new byte[0], 0, 1, new byte[0], 0, 1);

  ArrayPiece(QuantizationProfile profile, BlockKernels kernels, LongConsumer progress) {
    super(profile, progress);
    this.kernels = kernels;
  }

  @Override
  float amax(Tensor tensor, long firstRow, int count, int columns) {
    return kernels.amax(profile, read(tensor, firstRow, count, columns));
  }

  @Override
  void reserve(int count, int codesStride, int scalesStride) {
    if (blocks.codes().length < count * codesStride || blocks.codesStride() != codesStride || blocks.scalesStride() != scalesStride) {
      blocks = new BlockRows(new byte[count * codesStride], 0, codesStride, new byte[count * scalesStride], 0, scalesStride);
    }
  }

  @Override
  ErrorFigures quantize(Tensor tensor, long firstRow, int count, int columns, float tensorScale, int row) {
    FloatRows from = read(tensor, firstRow, count, columns);
    BlockRows to = blocks.fromRow(row);
    kernels.quantize(profile, tensorScale, from, to);
    if (restored.length < count * columns) {
      restored = new float[count * columns];
    }
    FloatRows back = FloatRows.of(restored, count, columns);
    kernels.dequantize(profile, tensorScale, to, back);
    return kernels.errors(profile, from, to, back);
  }

  private FloatRows read(Tensor tensor, long firstRow, int count, int columns) {
    if (values.length < count * columns) {
      values = new float[count * columns];
    }
    elements.read(tensor, firstRow * columns, values, 0, count * columns);
    return FloatRows.of(values, count, columns);
  }

  @Override
  MemorySegment codes() {
    return MemorySegment.ofArray(blocks.codes()).asSlice(0, (long) rows() * blocks.codesStride());
  }

  @Override
  MemorySegment scales() {
    return MemorySegment.ofArray(blocks.scales()).asSlice(0, (long) rows() * blocks.scalesStride());
  }
}
