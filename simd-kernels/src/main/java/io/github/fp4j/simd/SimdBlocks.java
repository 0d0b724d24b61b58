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
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * {@link BlockKernels} of one vector width for every CPU-exact profile with E2M1 elements in blocks of 16 or 32.
 *
 * <p>All of it runs on vectors (the gathering of columns for {@link #quantizeTransposed} apart) under the rules that {@link BlockPlan} covers, with a tensor scale
 * that is of use. Single blocks that hold or would give a NaN or an infinity are done by the model; so are rules and tensor scales that are not covered, and Hadamard
 * transforms that round to another format than bf16.
 *
 * <p>What runs on vectors allocates nothing once the JVM has compiled it, but for those single blocks, a plan of a few objects whenever profile or tensor scale
 * change, and some 200 kB per thread.
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
    private final StochasticQuantizer stochasticQuantizer;
    private final HadamardTransformer transformer;

    Workspace(Bodies bodies) {
      BlockStages stages = new BlockStages(bodies.maxima, bodies.scaler, bodies.encoders, bodies.elementScaler, bodies.caster, bodies.search);
      quantizer = new BlockQuantizer(stages, bodies.transpose);
      tileQuantizer = new TileQuantizer(stages);
      dequantizer = new BlockDequantizer(bodies.decoders);
      comparer = new BlockComparer(bodies.errors);
      stochasticQuantizer = new StochasticQuantizer(stages, bodies.caster, bodies.philox);
      transformer = new HadamardTransformer(bodies.butterflies);
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

  /** The kernels of one width, shared by all threads. */
  private record Bodies(
      BlockMaxima maxima, BlockScaler scaler, BlockEncoder.Pair encoders, ElementScaler elementScaler, ElementCaster caster, FourOverSix search,
      PhiloxBlocks philox, Map<BlockDecoder.Form, BlockDecoder> decoders, BlockErrors errors, HadamardButterflies butterflies, PanelTranspose transpose) {

    static Bodies of(int bits) {
      return new Bodies(
          PerWidth.instance(BlockMaxima.class, BlockMaximaBody.class, bits),
          PerWidth.instance(BlockScaler.class, BlockScalerBody.class, bits),
          BlockEncoder.Pair.ofWidth(bits),
          PerWidth.instance(ElementScaler.class, ElementScalerBody.class, bits),
          PerWidth.instance(ElementCaster.class, ElementCasterBody.class, bits),
          PerWidth.instance(FourOverSix.class, FourOverSixBody.class, bits),
          PerWidth.instance(PhiloxBlocks.class, PhiloxBlocksBody.class, bits),
          BlockDecoder.ofWidth(bits),
          PerWidth.instance(BlockErrors.class, BlockErrorsBody.class, bits),
          PerWidth.instance(HadamardButterflies.class, HadamardButterfliesBody.class, bits),
          PerWidth.instance(PanelTranspose.class, PanelTransposeBody.class, bits));
    }
  }

  SimdBlocks(int bits) {
    Bodies bodies = Bodies.of(bits);
    maxima = bodies.maxima;
    workspaces = ThreadLocal.withInitial(() -> new Workspace(bodies));
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
    workspace.quantizer.rows(plan, from, 0, from.rows(), stored, to);
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
    workspace.quantizer.columns(plan, from, 0, stored, to);
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
      boolean isLast = from.rows() - first <= band;
      workspace.quantizer.rows(plan, from, first, isLast ? from.rows() : first + band, stored, to);
      workspace.quantizer.columns(plan, from, first, isLast ? storedRows : first + band, transposed);
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
    Workspace workspace = workspaces.get();
    BlockPlan plan = workspace.plan(profile, tensorScale);
    if (plan == null || !model.supports(profile, rounding) || firstElement < 0 || rowElements < 0) {
      model.quantizeStochastic(profile, tensorScale, rounding, firstElement, rowElements, from, to);
      return;
    }
    int stored = profile.storedColumns("columns", from.columns());
    to.check(profile.format(), from.rows(), stored);
    workspace.stochasticQuantizer.rows(plan, rounding, firstElement, rowElements, from, stored, to);
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
    workspaces.get().transformer.rows(transform, rows);
  }

  @Override
  public void swizzle(ScaleLayout layout, int rows, int columns, byte[] linear, int linearOffset, byte[] swizzled, int swizzledOffset) {
    if (layout == ScaleLayout.LINEAR) {
      model.swizzle(layout, rows, columns, linear, linearOffset, swizzled, swizzledOffset);
    } else {
      ScaleTiles.of(layout).swizzle(rows, columns, linear, linearOffset, swizzled, swizzledOffset);
    }
  }

  @Override
  public void unswizzle(ScaleLayout layout, int rows, int columns, byte[] swizzled, int swizzledOffset, byte[] linear, int linearOffset) {
    if (layout == ScaleLayout.LINEAR) {
      model.unswizzle(layout, rows, columns, swizzled, swizzledOffset, linear, linearOffset);
    } else {
      ScaleTiles.of(layout).unswizzle(rows, columns, swizzled, swizzledOffset, linear, linearOffset);
    }
  }
}
