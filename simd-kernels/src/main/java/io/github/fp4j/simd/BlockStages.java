package io.github.fp4j.simd;

import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.NibbleOrder;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ReferenceQuantizer;
import java.util.Arrays;

/**
 * The stages of quantisation and the arrays between them, for one thread: block maxima, scale codes and factors, element codes. A block in which a NaN or an
 * infinity occurs or would arise is left to the model.
 */
final class BlockStages {
  /** Most elements in one pass: 16 kB of input, which stay in the first-level cache from the first stage to the last. */
  static final int CHUNK = 1 << 12;

  /** What every stage works in whole multiples of: sixteen blocks of 16. */
  static final int GROUP = 256;

  static final int MAX_BLOCKS = CHUNK / 16;

  private final BlockMaxima maximaStage;
  private final BlockScaler scaleStage;
  private final BlockEncoder codeStage;

  private final int[] partials = new int[CHUNK / 4];
  private final int[] maxima16 = new int[MAX_BLOCKS];
  private final int[] maxima32 = new int[MAX_BLOCKS];
  private final float[] blockScales = new float[MAX_BLOCKS];
  private final float[] factors = new float[MAX_BLOCKS];
  private final byte[] scaleCodes = new byte[MAX_BLOCKS];
  private final float[] prescaled = new float[CHUNK];

  BlockStages(BlockMaxima maximaStage, BlockScaler scaleStage, BlockEncoder codeStage) {
    this.maximaStage = maximaStage;
    this.scaleStage = scaleStage;
    this.codeStage = codeStage;
  }

  /** Quantises {@code length} elements, a multiple of {@link #GROUP} and at most {@link #CHUNK}. */
  void quantize(BlockPlan plan, float[] values, int offset, int length, byte[] codes, int codesOffset, byte[] scales, int scalesOffset) {
    int blocks = length >>> plan.blockShift();
    boolean special = scales(plan, maxima(plan, values, offset, length), blocks);
    copyScales(blocks, scales, scalesOffset);
    codes(plan, values, offset, length, codes, codesOffset);
    if (special) {
      for (int block = 0; block < blocks; block++) {
        if (isLeftToModel(block)) {
          model(plan, values, offset + (block << plan.blockShift()), codes, codesOffset + (block << plan.blockShift() - 1), scales, scalesOffset + block);
        }
      }
    }
  }

  /** The largest magnitudes of blocks, as bits, in an array that the next call overwrites; length as in {@link #quantize}. */
  int[] maxima(BlockPlan plan, float[] values, int offset, int length) {
    maximaStage.ofBlocks(values, offset, length, partials, maxima16, maxima32);
    return plan.blockShift() == 4 ? maxima16 : maxima32;
  }

  /** Computes scales and factors from the maxima of {@code blocks} blocks. Returns whether a block {@linkplain #isLeftToModel is left to the model}. */
  boolean scales(BlockPlan plan, int[] maxima, int blocks) {
    int count = blocks + 63 & -64;
    return switch (plan.scaleStep()) {
      case BlockPlan.PowerOfTwo step -> scaleStage.powersOfTwo(step.rounding(), maxima, count, scaleCodes, factors);
      case BlockPlan.NumberStep step -> {
        scaleStage.values(step, maxima, count, blockScales);
        scaleStage.cast(step.rounding(), blockScales, count, scaleCodes);
        yield scaleStage.factors(plan.elementStep(), maxima, blockScales, count, factors);
      }
    };
  }

  /** Whether what is done with block {@code block} means nothing. */
  boolean isLeftToModel(int block) {
    return Float.isNaN(factors[block]);
  }

  /** Copies the scale codes of the first {@code blocks} blocks. */
  void copyScales(int blocks, byte[] scales, int offset) {
    System.arraycopy(scaleCodes, 0, scales, offset, blocks);
  }

  /** Computes the codes of elements whose blocks have the scales last computed; length as in {@link #quantize}. */
  void codes(BlockPlan plan, float[] values, int offset, int length, byte[] codes, int codesOffset) {
    BlockPlan.ElementStep step = plan.elementStep();
    float[] x = values;
    int start = offset;
    if (step.prescale() != BlockPlan.Prescale.NONE) {
      if (step.prescale() == BlockPlan.Prescale.MULTIPLY) {
        codeStage.prescaleProducts(values, offset, length, step.prescaleZero(), step.prescaleBy(), prescaled);
      } else {
        codeStage.prescaleQuotients(values, offset, length, step.prescaleZero(), step.prescaleBy(), prescaled);
      }
      x = prescaled;
      start = 0;
    }
    if (step.divides()) {
      codeStage.divide(x, start, length, factors, plan.blockShift(), plan.zero(), codes, codesOffset);
    } else {
      codeStage.multiply(x, start, length, factors, plan.blockShift(), codes, codesOffset);
    }
  }

  /** One block by the model. */
  private static void model(BlockPlan plan, float[] values, int offset, byte[] codes, int codesOffset, byte[] scales, int scaleIndex) {
    QuantizationProfile profile = plan.profile();
    int size = profile.format().blockSize();
    float amax = ReferenceQuantizer.amax(profile, new FloatRows(values, offset, size, 1, size));
    int scaleCode = ReferenceQuantizer.scaleCode(profile, amax, plan.tensorScale());
    scales[scaleIndex] = (byte) scaleCode;
    modelCodes(plan, values, offset, scaleCode, codes, codesOffset);
  }

  /** The codes of one block by the model. */
  static void modelCodes(BlockPlan plan, float[] values, int offset, int scaleCode, byte[] codes, int codesOffset) {
    QuantizationProfile profile = plan.profile();
    int size = profile.format().blockSize();
    NibbleOrder order = profile.nibbleOrder();
    Arrays.fill(codes, codesOffset, codesOffset + size / 2, (byte) 0);
    for (int i = 0; i < size; i++) {
      int code = ReferenceQuantizer.elementCode(profile, values[offset + i], scaleCode, plan.tensorScale());
      codes[codesOffset + order.byteOf(i, size)] |= (byte) (code << order.shiftOf(i, size));
    }
  }
}
