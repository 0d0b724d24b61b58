package io.github.fp4j.conformance.checkpoint;

import io.github.fp4j.conformance.tensorfile.CheckpointLayout;
import io.github.fp4j.conformance.tensorfile.FileFormat;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.GgmlBlocks;
import io.github.fp4j.formats.block.NibbleOrder;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Quantised rows as the bytes that a layout stores: nibbles in its order, or whole ggml blocks. */
final class BlockBytes {
  private final QuantizationProfile profile;
  private final CheckpointLayout layout;
  private final int columns;

  BlockBytes(QuantizationProfile profile, CheckpointLayout layout, int columns) {
    this.profile = profile;
    this.layout = layout;
    this.columns = columns;
  }

  private boolean isGgml() {
    return layout.fileFormat() == FileFormat.GGUF;
  }

  /** The codes of {@code count} dense rows; with ggml the blocks, scales included. */
  MemorySegment codes(MemorySegment codes, MemorySegment scales, int count) {
    NibbleOrder order = isGgml() ? NibbleOrder.PLANAR_HALVES : NibbleOrder.INTERLEAVED_LOW_FIRST;
    if (!isGgml() && profile.nibbleOrder() == order) {
      return codes;
    }
    BlockTensor tensor = new BlockTensor(profile, count, columns, codes.toArray(ValueLayout.JAVA_BYTE), scales.toArray(ValueLayout.JAVA_BYTE), 1);
    BlockTensor ordered = profile.nibbleOrder() == order ? tensor : tensor.withNibbleOrder(order);
    if (!isGgml()) {
      return MemorySegment.ofArray(ordered.codes());
    }
    GgmlBlocks blocks = layout == CheckpointLayout.GGML_MXFP4 ? GgmlBlocks.MXFP4 : GgmlBlocks.NVFP4;
    byte[] bytes = new byte[Math.toIntExact(blocks.size(count, columns))];
    blocks.write(ordered, bytes, 0);
    return MemorySegment.ofArray(bytes);
  }
}
