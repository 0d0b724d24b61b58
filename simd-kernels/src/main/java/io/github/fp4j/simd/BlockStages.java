package io.github.fp4j.simd;

import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.Blocking;
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
  private final BlockEncoder.Family codeStages;
  private final ElementScaler scalingStage;
  private final ElementCaster castStage;
  private final ScaleSearcher searcher;

  private final int[] partials = new int[CHUNK / 4];
  private final int[] maxima16 = new int[MAX_BLOCKS];
  private final int[] maxima32 = new int[MAX_BLOCKS];
  private final float[] blockScales = new float[MAX_BLOCKS];
  private final float[] factors = new float[MAX_BLOCKS];
  private final byte[] scaleCodes = new byte[MAX_BLOCKS];
  private final float[] prescaled = new float[CHUNK];
  private final float[] halves = new float[MAX_BLOCKS];
  private final int[] nibbles = new int[CHUNK];
  private final int[] distances = new int[CHUNK];

  BlockStages(
      BlockMaxima maximaStage, BlockScaler scaleStage, BlockEncoder.Family codeStages, ElementScaler scalingStage, ElementCaster castStage, FourOverSix searchStage) {
    this.maximaStage = maximaStage;
    this.scaleStage = scaleStage;
    this.codeStages = codeStages;
    this.scalingStage = scalingStage;
    this.castStage = castStage;
    this.searcher = new ScaleSearcher(scaleStage, searchStage, blockScales, factors, scaleCodes);
    Arrays.fill(halves, 0.5f);
  }

  /** Quantises {@code length} elements, a multiple of {@link #GROUP} and at most {@link #CHUNK}. */
  void quantize(BlockPlan plan, float[] values, int offset, int length, byte[] codes, int codesOffset, byte[] scales, int scalesOffset) {
    int blocks = length >>> plan.blockShift();
    boolean special = scales(plan, maxima(plan, values, offset, length), blocks);
    if (plan.searches()) {
      searchRow(plan, values, offset, length, 0);
      special = chooseScales(1, blocks);
    }
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

  /**
   * Computes scales and factors from the maxima of {@code blocks} blocks, or the two candidates between which {@link #chooseScales} then chooses. Returns whether a
   * block {@linkplain #isLeftToModel is left to the model}.
   */
  boolean scales(BlockPlan plan, int[] maxima, int blocks) {
    int count = blocks + 63 & -64;
    if (plan.searches()) {
      searcher.candidates(plan, maxima, count);
      return false;
    }
    return switch (plan.scaleStep()) {
      case BlockPlan.GgmlHalf step -> scaleStage.ggmlHalves(step.elementMax(), maxima, count, scaleCodes, factors);
      case BlockPlan.PowerOfTwo step -> scaleStage.powersOfTwo(step.rounding(), maxima, count, scaleCodes, factors);
      case BlockPlan.NumberStep step -> {
        scaleStage.values(step, maxima, count, blockScales);
        scaleStage.cast(step.rounding(), blockScales, count, scaleCodes);
        yield scaleStage.factors(plan.elementStep(), maxima, blockScales, count, factors);
      }
    };
  }

  /** Measures the errors of row {@code row}, 0 for blocks of one row, under both candidates; length as in {@link #quantize}. */
  void searchRow(BlockPlan plan, float[] values, int offset, int length, int row) {
    searcher.measure(plan, values, offset, length, row);
  }

  /** Takes the better candidate of each block of {@code rows} rows; returns as {@link #scales}. */
  boolean chooseScales(int rows, int blocks) {
    return searcher.choose(rows, blocks);
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
    switch (plan.profile().element().cast()) {
      case CONVERT, CONVERT_MAGNITUDE -> convert(plan, values, offset, length, codes, codesOffset);
      case FLOOR_OF_SUM -> castStage.floorOfSum(scaled(plan, plan.zero(), values, offset, length), length, nibbles, codes, codesOffset);
      case NEAREST_PRODUCT -> {
        if (plan.scaleStep() instanceof BlockPlan.GgmlHalf) {
          castStage.nearestProduct(values, offset, length, factors, plan.blockShift(), nibbles, distances, codes, codesOffset);
        } else { // powers of two: under a scale of 1 everything is the same but for the exponent
          castStage.nearestProduct(scaled(plan, -0f, values, offset, length), 0, length, halves, plan.blockShift(), nibbles, distances, codes, codesOffset);
        }
        if (plan.profile().nibbleOrder() == NibbleOrder.PLANAR_HALVES) {
          Nibbles.separate(codes, codesOffset, length / 2, 1 << plan.blockShift() - 1);
        }
      }
    }
  }

  private void convert(BlockPlan plan, float[] values, int offset, int length, byte[] codes, int codesOffset) {
    float[] x = prescaled(plan, values, offset, length);
    int start = x == values ? offset : 0;
    codeStages.of(plan).encode(x, start, length, factors, plan.zero(), codes, codesOffset);
  }

  /** Elements scaled as by {@link #codes}, from index 0 of an array that the next call overwrites. */
  float[] scaled(BlockPlan plan, float zero, float[] values, int offset, int length) {
    float[] x = prescaled(plan, values, offset, length);
    int start = x == values ? offset : 0;
    if (plan.elementStep().divides()) {
      scalingStage.quotients(x, start, length, factors, plan.blockShift(), zero, prescaled);
    } else {
      scalingStage.products(x, start, length, factors, plan.blockShift(), zero, prescaled);
    }
    return prescaled;
  }

  /** What the block scale is applied to: {@code values}, or an array from index 0 on. */
  private float[] prescaled(BlockPlan plan, float[] values, int offset, int length) {
    BlockPlan.ElementStep step = plan.elementStep();
    switch (step.prescale()) {
      case NONE -> {
        return values;
      }
      case MULTIPLY -> scalingStage.prescaleProducts(values, offset, length, step.prescaleZero(), step.prescaleBy(), prescaled);
      case DIVIDE -> scalingStage.prescaleQuotients(values, offset, length, step.prescaleZero(), step.prescaleBy(), prescaled);
    }
    return prescaled;
  }

  /** One block by the model. */
  private static void model(BlockPlan plan, float[] values, int offset, byte[] codes, int codesOffset, byte[] scales, int scaleIndex) {
    QuantizationProfile profile = plan.profile();
    int size = profile.format().blockSize();
    FloatRows block = new FloatRows(values, offset, size, 1, size);
    if (plan.searches()) {
      BlockRows to = new BlockRows(codes, codesOffset, size / 2, scales, scaleIndex, 1);
      ReferenceQuantizer.quantize(profile, Blocking.ROWS, plan.tensorScale(), block, to);
      return;
    }
    float amax = ReferenceQuantizer.amax(profile, block);
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
