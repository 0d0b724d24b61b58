package io.github.fp4j.simd;

import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.NibbleOrder;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ReferenceQuantizer;
import java.util.Map;
import java.util.Objects;

/** Restores runs of blocks of one thread, in chunks. */
final class BlockDequantizer {
  private static final int CHUNK = 1 << 12;

  /** Elements that every vector width restores in whole turns. */
  private static final int GROUP = 64;

  private final Map<BlockDecoder.Form, BlockDecoder> decoders;
  private final byte[] interleaved = new byte[CHUNK / 2];
  private final byte[] restCodes = new byte[GROUP / 2];
  private final byte[] restScales = new byte[GROUP / 16];
  private final float[] restValues = new float[GROUP];

  BlockDequantizer(Map<BlockDecoder.Form, BlockDecoder> decoders) {
    this.decoders = decoders;
  }

  /** Restores each row; arguments are checked by the caller. */
  void rows(DequantizationPlan plan, BlockRows from, FloatRows to) {
    BlockDecoder decoder = Objects.requireNonNull(decoders.get(plan.form()));
    int blocksPerRow = to.columns() >>> plan.blockShift();
    boolean dense =
        to.columns() == to.stride()
            && blocksPerRow << plan.blockShift() == to.columns()
            && from.codesStride() == to.columns() / 2
            && from.scalesStride() == blocksPerRow;
    if (dense) {
      run(plan, decoder, from, from.codesOffset(), from.scalesOffset(), to.values(), to.offset(), to.rows() * to.columns());
      return;
    }
    for (int row = 0; row < to.rows(); row++) {
      int codesOffset = from.codesOffset() + row * from.codesStride();
      run(plan, decoder, from, codesOffset, from.scalesOffset() + row * from.scalesStride(), to.values(), to.index(row, 0), to.columns());
    }
  }

  private void run(DequantizationPlan plan, BlockDecoder decoder, BlockRows from, int codesOffset, int scalesOffset, float[] values, int offset, int length) {
    int whole = length - length % GROUP;
    for (int start = 0; start < whole; start += CHUNK) {
      int count = Math.min(CHUNK, whole - start);
      int firstScale = scalesOffset + (start >>> plan.blockShift());
      chunk(plan, decoder, from.codes(), codesOffset + start / 2, from.scales(), firstScale, count >>> plan.blockShift(), count, values, offset + start);
    }
    int rest = length - whole;
    if (rest > 0) {
      int blocks = rest + (1 << plan.blockShift()) - 1 >>> plan.blockShift();
      System.arraycopy(from.codes(), codesOffset + whole / 2, restCodes, 0, blocks << plan.blockShift() - 1);
      System.arraycopy(from.scales(), scalesOffset + (whole >>> plan.blockShift()), restScales, 0, blocks);
      chunk(plan, decoder, restCodes, 0, restScales, 0, blocks, GROUP, restValues, 0);
      System.arraycopy(restValues, 0, values, offset + whole, rest);
    }
  }

  /** {@code length} elements, a multiple of {@link #GROUP}, of which the first {@code blocks} blocks are wanted. */
  private void chunk(
      DequantizationPlan plan, BlockDecoder decoder, byte[] codes, int codesOffset, byte[] scales, int scalesOffset, int blocks, int length, float[] values,
      int offset) {
    byte[] packed = codes;
    int start = codesOffset;
    boolean planar = plan.profile().nibbleOrder() == NibbleOrder.PLANAR_HALVES;
    if (planar || plan.dropsZeroSign()) {
      if (planar) {
        Nibbles.interleave(codes, codesOffset, length / 2, 1 << plan.blockShift() - 1, interleaved);
      } else {
        System.arraycopy(codes, codesOffset, interleaved, 0, length / 2);
      }
      if (plan.dropsZeroSign()) {
        Nibbles.dropZeroSigns(interleaved, length / 2);
      }
      packed = interleaved;
      start = 0;
    }
    decoder.decode(packed, start, length, scales, scalesOffset, plan.factors(), plan.last(), values, offset);
    for (int block = 0; plan.modelCode() >= 0 && block < blocks; block++) {
      int scale = scales[scalesOffset + block] & 0xFF;
      if (scale == plan.modelCode()) {
        model(plan, packed, start + (block << plan.blockShift() - 1), scale, values, offset + (block << plan.blockShift()));
      }
    }
  }

  private static void model(DequantizationPlan plan, byte[] interleaved, int codesOffset, int scale, float[] values, int offset) {
    QuantizationProfile profile = plan.profile();
    for (int i = 0; i < profile.format().blockSize(); i++) {
      int code = interleaved[codesOffset + i / 2] >>> 4 * (i % 2) & 15;
      values[offset + i] = ReferenceQuantizer.value(profile, code, scale, plan.tensorScale());
    }
  }
}
