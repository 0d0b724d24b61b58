package io.github.fp4j.simd;

import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.ErrorFigures;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Hadamard;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.RaggedRows;
import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.block.StochasticRounding;
import org.jspecify.annotations.Nullable;

/**
 * {@link BlockKernels} of one vector width for every CPU-exact profile with E2M1 elements in blocks of 16 or 32.
 *
 * <p>On vectors run {@link #amax}, {@link #dequantize}, {@link #errors}, and {@link #quantize}, {@link #quantizeTransposed} (whose gathering of columns is scalar),
 * {@link #quantizeBoth} and {@link #quantizeTiles} under the rules that {@link BlockPlan} covers: elements rounded to nearest-even under any rule for block scales,
 * with a tensor scale that is of use. Single blocks that hold or would give a NaN or an infinity are done by the model, and so is everything else: searches among
 * scales (te-4over6), the element casts of ggml and of microxcaling, stochastic rounding, {@link #hadamard}, and the layouts of scales.
 *
 * <p>What runs on vectors allocates nothing once the JVM has compiled it, but for those single blocks, a plan of a few objects whenever profile or tensor scale
 * change, and some 100 kB per thread.
 */
final class SimdBlocks implements BlockKernels {
  /** Values in one call of a body, a multiple of every turn: C2 has compiled very long first calls badly. */
  private static final int CHUNK = 1 << 16;

  private static final int INFINITY = 0x7F800000;

  private final BlockMaxima maxima;
  private final ThreadLocal<Workspace> workspaces;
  private final BlockKernels model = Backends.byName("reference").blocks().orElseThrow();

  /** What one thread works with, and the plan of its last call: tensors are quantised in many calls. */
  private static final class Workspace {
    private final BlockQuantizer quantizer;
    private final TileQuantizer tileQuantizer;
    private final BlockDequantizer dequantizer;
    private @Nullable QuantizationProfile profile;
    private float tensorScale;
    private @Nullable BlockPlan plan;
    private @Nullable DequantizationPlan dequantizationPlan;
    private final BlockComparer comparer;

    Workspace(BlockStages stages, BlockDecoder decoder, BlockErrors errors) {
      quantizer = new BlockQuantizer(stages);
      tileQuantizer = new TileQuantizer(stages);
      dequantizer = new BlockDequantizer(decoder);
      comparer = new BlockComparer(errors);
    }

    @Nullable BlockPlan plan(QuantizationProfile wanted, float wantedScale) {
      if (profile != wanted || Float.floatToRawIntBits(tensorScale) != Float.floatToRawIntBits(wantedScale)) {
        profile = wanted;
        tensorScale = wantedScale;
        plan = BlockPlan.of(wanted, wantedScale);
      }
      return plan;
    }

    DequantizationPlan dequantizationPlan(QuantizationProfile wanted, float wantedScale) {
      DequantizationPlan last = dequantizationPlan;
      if (last != null && last.profile() == wanted && Float.floatToRawIntBits(last.tensorScale()) == Float.floatToRawIntBits(wantedScale)) {
        return last;
      }
      DequantizationPlan made = DequantizationPlan.of(wanted, wantedScale);
      dequantizationPlan = made;
      return made;
    }
  }

  SimdBlocks(int bits) {
    maxima = PerWidth.instance(BlockMaxima.class, BlockMaximaBody.class, bits);
    BlockScaler scaler = PerWidth.instance(BlockScaler.class, BlockScalerBody.class, bits);
    BlockEncoder encoder = PerWidth.instance(BlockEncoder.class, BlockEncoderBody.class, bits);
    BlockDecoder decoder = PerWidth.instance(BlockDecoder.class, BlockDecoderBody.class, bits);
    BlockErrors errors = PerWidth.instance(BlockErrors.class, BlockErrorsBody.class, bits);
    workspaces = ThreadLocal.withInitial(() -> new Workspace(new BlockStages(maxima, scaler, encoder), decoder, errors));
  }

  @Override
  public boolean supports(QuantizationProfile profile) {
    return profile.isCpuExact() && isFourBit(profile);
  }

  private static boolean isFourBit(QuantizationProfile profile) {
    int size = profile.format().blockSize();
    return profile.format().element().equals(FloatFormat.E2M1) && (size == 16 || size == 32);
  }

  @Override
  public boolean supports(QuantizationProfile profile, StochasticRounding rounding) {
    return supports(profile) && model.supports(profile, rounding);
  }

  private void requireSupported(QuantizationProfile profile) {
    profile.requireCpuExact();
    requireFourBit(profile);
  }

  private static void requireFourBit(QuantizationProfile profile) {
    if (!isFourBit(profile)) {
      throw new IllegalArgumentException("profile " + profile + " quantises to " + profile.format() + ": expected E2M1 elements in blocks of 16 or 32");
    }
  }

  @Override
  public float amax(QuantizationProfile profile, FloatRows from) {
    int largest = 0;
    boolean dense = from.stride() == from.columns();
    int rows = dense ? Math.min(from.rows(), 1) : from.rows();
    int length = dense ? from.rows() * from.columns() : from.columns();
    for (int row = 0; row < rows; row++) {
      int offset = from.index(row, 0);
      for (int start = 0; start < length; start += CHUNK) {
        largest = Math.max(largest, largest(profile, from.values(), offset + start, Math.min(CHUNK, length - start)));
      }
    }
    return largest > INFINITY ? Float.NaN : Float.intBitsToFloat(largest);
  }

  private int largest(QuantizationProfile profile, float[] values, int offset, int length) {
    int largest = maxima.largest(values, offset, length);
    if (largest > INFINITY && !profile.keepsNanInAmax()) {
      return largestNumber(values, offset, length);
    }
    for (int i = offset + length - length % maxima.turn(); i < offset + length; i++) {
      int magnitude = Float.floatToRawIntBits(values[i]) & 0x7FFFFFFF;
      largest = magnitude > INFINITY && !profile.keepsNanInAmax() ? largest : Math.max(largest, magnitude);
    }
    return largest;
  }

  private static int largestNumber(float[] values, int offset, int length) {
    int largest = 0;
    for (int i = offset; i < offset + length; i++) {
      int magnitude = Float.floatToRawIntBits(values[i]) & 0x7FFFFFFF;
      largest = magnitude > INFINITY ? largest : Math.max(largest, magnitude);
    }
    return largest;
  }

  @Override
  public void quantize(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
    requireSupported(profile);
    Workspace workspace = workspaces.get();
    BlockPlan plan = workspace.plan(profile, tensorScale);
    if (plan == null) {
      model.quantize(profile, tensorScale, from, to);
      return;
    }
    int stored = profile.storedColumns("columns", from.columns());
    to.check(profile.format(), from.rows(), stored);
    workspace.quantizer.rows(plan, from, stored, to);
  }

  @Override
  public void quantizeTransposed(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
    requireSupported(profile);
    Workspace workspace = workspaces.get();
    BlockPlan plan = workspace.plan(profile, tensorScale);
    if (plan == null) {
      model.quantizeTransposed(profile, tensorScale, from, to);
      return;
    }
    int stored = profile.storedColumns("rows", from.rows());
    to.check(profile.format(), from.columns(), stored);
    workspace.quantizer.columns(plan, from, stored, to);
  }

  /** A range of rows at a time, small enough to stay in the second-level cache for the second reading. */
  @Override
  public void quantizeBoth(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to, BlockRows transposed) {
    requireSupported(profile);
    Workspace workspace = workspaces.get();
    BlockPlan plan = workspace.plan(profile, tensorScale);
    if (plan == null) {
      model.quantizeBoth(profile, tensorScale, from, to, transposed);
      return;
    }
    int stored = profile.storedColumns("columns", from.columns());
    int storedRows = profile.storedColumns("rows", from.rows());
    to.check(profile.format(), from.rows(), stored);
    transposed.check(profile.format(), from.columns(), storedRows);
    int size = profile.format().blockSize();
    int band = Math.max(1, CHUNK / Math.max(1, from.columns()) / size) * size;
    for (int first = 0; first < from.rows(); first += band) {
      boolean last = from.rows() - first <= band;
      FloatRows rows = from.rowRange(first, last ? from.rows() - first : band);
      workspace.quantizer.rows(plan, rows, stored, to.fromRow(first));
      workspace.quantizer.columns(plan, rows, last ? storedRows - first : band, transposed.fromBlock(profile.format(), first / size));
    }
  }

  @Override
  public void quantizeTiles(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
    requireSupported(profile);
    Workspace workspace = workspaces.get();
    BlockPlan plan = workspace.plan(profile, tensorScale);
    int size = profile.format().blockSize();
    if (plan == null || from.rows() % size != 0 && profile.raggedRows() == RaggedRows.REFUSE) { // the model refuses it
      model.quantizeTiles(profile, tensorScale, from, to);
      return;
    }
    int stored = profile.storedColumns("columns", from.columns());
    to.check(profile.format(), from.rows(), stored);
    workspace.tileQuantizer.tiles(plan, from, stored, to);
  }

  @Override
  public void quantizeStochastic(
      QuantizationProfile profile, float tensorScale, StochasticRounding rounding, long firstElement, long rowElements, FloatRows from, BlockRows to) {
    requireSupported(profile);
    model.quantizeStochastic(profile, tensorScale, rounding, firstElement, rowElements, from, to);
  }

  @Override
  public void dequantize(QuantizationProfile profile, float tensorScale, BlockRows from, FloatRows to) {
    requireFourBit(profile);
    from.check(profile.format(), to.rows(), profile.storedColumns("columns", to.columns()));
    Workspace workspace = workspaces.get();
    workspace.dequantizer.rows(workspace.dequantizationPlan(profile, tensorScale), from, to);
  }

  @Override
  public ErrorFigures errors(QuantizationProfile profile, FloatRows original, BlockRows blocks, FloatRows restored) {
    requireFourBit(profile);
    ErrorFigures.requireSameShape(original, restored);
    blocks.check(profile.format(), original.rows(), profile.storedColumns("columns", original.columns()));
    return workspaces.get().comparer.figures(profile, original, blocks, restored);
  }

  @Override
  public void hadamard(Hadamard transform, FloatRows rows) {
    model.hadamard(transform, rows);
  }

  @Override
  public void swizzle(ScaleLayout layout, int rows, int columns, byte[] linear, int linearOffset, byte[] swizzled, int swizzledOffset) {
    model.swizzle(layout, rows, columns, linear, linearOffset, swizzled, swizzledOffset);
  }

  @Override
  public void unswizzle(ScaleLayout layout, int rows, int columns, byte[] swizzled, int swizzledOffset, byte[] linear, int linearOffset) {
    model.unswizzle(layout, rows, columns, swizzled, swizzledOffset, linear, linearOffset);
  }
}
