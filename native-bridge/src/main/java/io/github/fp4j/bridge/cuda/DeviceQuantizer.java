package io.github.fp4j.bridge.cuda;

import io.github.fp4j.bridge.Discovery;
import io.github.fp4j.bridge.internal.sys.Fp4jBlocksAbi;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.NanPolicy;
import io.github.fp4j.formats.Overflow;
import io.github.fp4j.formats.block.BlockFormat;
import io.github.fp4j.formats.block.ElementCast;
import io.github.fp4j.formats.block.Hadamard;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.RaggedRows;
import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.block.ScaleSearch;
import io.github.fp4j.formats.block.StochasticRounding;
import io.github.fp4j.formats.block.StochasticRounding.Arithmetic;
import io.github.fp4j.formats.block.StochasticRounding.ByteOrder;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/**
 * Our kernels over matrices that lie on the device: quantising along rows, columns, both or squares, with a Hadamard transform before it or stochastic rounding in it,
 * scales linear or directly as tensor cores read them; and back. Everything is put into a stream and runs in its order; bytes are those of
 * {@link io.github.fp4j.formats.block.ReferenceQuantizer}. A tensor scale is one float32 on the device, the number that the profile stores, so that a tensor needs
 * no way back to the host between its largest magnitude and its codes.
 *
 * <p>Methods throw {@link IllegalArgumentException} for a profile, transform or shape that they do not take, before anything is launched.
 */
public final class DeviceQuantizer implements AutoCloseable {
  private static final int CHUNK = 8;
  private static final int TILE = 64;
  private static final int HADAMARD_SIZE = 16;

  private final DeviceKernels kernels;
  private final CudaStream stream;

  DeviceQuantizer(DeviceKernels kernels, CudaStream stream) {
    this.kernels = kernels;
    this.stream = stream;
  }

  /**
   * Over a stream, with prebuilt kernels or such as NVRTC compiles now. The stream must outlive it.
   *
   * @throws IllegalStateException with the reason, if there are neither
   */
  public static DeviceQuantizer open(CudaStream stream) {
    Discovery<KernelImages> images = KernelImages.find();
    return new DeviceQuantizer(new DeviceKernels(stream.context(), images.orElseThrow()), stream);
  }

  /** Whether matrices can be quantised under a profile: E2M1 in blocks of 16 or 32, whatever its rules, but for elements or scales that must be refused. */
  public boolean supports(QuantizationProfile profile) {
    return profile.isCpuExact() && restores(profile) && !refuses(profile);
  }

  private static boolean restores(QuantizationProfile profile) {
    BlockFormat format = profile.format();
    return format.element().equals(FloatFormat.E2M1) && (format.blockSize() == 16 || format.blockSize() == 32);
  }

  /** A kernel cannot say that a number has no code. */
  private static boolean refuses(QuantizationProfile profile) {
    FloatFormat scale = profile.format().scale();
    return profile.element().conversion().nan() == NanPolicy.REFUSE
        || profile.blockScale().conversion().nan() == NanPolicy.REFUSE
        || profile.blockScale().conversion().overflow() == Overflow.SATURATE_FINITE && !scale.hasNan() && !scale.hasInfinity();
  }

  /** Whether elements can be rounded that way: by any arithmetic, where the profile converts elements and does not search. */
  public boolean supports(QuantizationProfile profile, StochasticRounding rounding) {
    return supports(profile) && profile.element().cast() == ElementCast.CONVERT && profile.blockScale().search() == ScaleSearch.NONE;
  }

  /** Whether there is a kernel for a transform: groups of 16, results in float32 or rounded to bf16. */
  public boolean supports(Hadamard transform) {
    return transform.size() == HADAMARD_SIZE && (transform.rounding() == null || transform.rounding().equals(FloatFormat.BF16));
  }

  private void require(QuantizationProfile profile) {
    profile.requireCpuExact();
    if (!supports(profile)) {
      throw new IllegalArgumentException("profile " + profile + " (" + profile.format() + "): cuda does not have it");
    }
  }

  private void require(Hadamard transform, String name, int length) {
    if (!supports(transform)) {
      throw new IllegalArgumentException(
          "transform of " + transform.size() + " to " + (transform.rounding() == null ? "float32" : transform.rounding()) + ": expected one of 16 to float32 or bf16");
    }
    if (length % transform.size() != 0) {
      throw new IllegalArgumentException(name + " = " + length + " is not a multiple of the transform's size " + transform.size());
    }
  }

  private static void require(DeviceBlocks to, int rows, int stored) {
    if (to.rows() != rows || to.stored() != stored) {
      throw new IllegalArgumentException("room for " + to.rows() + " rows of " + to.stored() + ": expected " + rows + " of " + stored);
    }
  }

  static void requireShape(int rows, int columns) {
    if (rows < 0 || columns < 0) {
      throw new IllegalArgumentException("rows = " + rows + ", columns = " + columns + ": expected no negative number");
    }
  }

  private static void requireScalar(String name, DeviceRange range) {
    if (range.bytes() < Float.BYTES) {
      throw new IllegalArgumentException(name + " has " + range.bytes() + " bytes: expected 4");
    }
  }

  private static String kernel(String name, QuantizationProfile profile, String ending) {
    return "fp4j_" + name + (profile.format().blockSize() == 16 ? "_nvfp4" : "_mxfp4") + ending;
  }

  /** Raises {@code bits}, four bytes that are zero at first, to the bits of the largest magnitude; a NaN counts as the profile says. */
  public void amax(QuantizationProfile profile, DeviceFloats from, DeviceRange bits) {
    require(profile);
    requireScalar("bits", bits);
    KernelArguments arguments = new KernelArguments().matrix(from).flag("keeps_nan", profile.keepsNanInAmax()).pointer("amax_bits", bits);
    kernels.launch(stream, "fp4j_amax", (long) from.rows() * from.columns(), arguments);
  }

  /** The same of the transformed matrix, groups lying along its rows or columns. */
  public void amax(QuantizationProfile profile, Hadamard transform, boolean alongColumns, DeviceFloats from, DeviceRange bits) {
    require(profile);
    require(transform, alongColumns ? "rows" : "columns", alongColumns ? from.rows() : from.columns());
    requireScalar("bits", bits);
    KernelArguments arguments =
        signs(transform, new KernelArguments().matrix(from))
            .flag("along_columns", alongColumns)
            .flag("keeps_nan", profile.keepsNanInAmax())
            .pointer("amax_bits", bits);
    kernels.launch(stream, "fp4j_hadamard16_amax", tiles(from.rows(), from.columns()), arguments);
  }

  /** What the profile stores for a tensor with this largest magnitude, as {@link QuantizationProfile#tensorScaleOf}. */
  public void tensorScale(QuantizationProfile profile, DeviceRange bits, DeviceRange tensorScale) {
    require(profile);
    requireScalar("bits", bits);
    requireScalar("tensorScale", tensorScale);
    launch("fp4j_tensor_scale", 1, profile, new KernelArguments().pointer("amax_bits", bits).pointer("tensor_scale", tensorScale));
  }

  /** Quantises in blocks along rows. */
  public void quantize(DeviceFloats from, DeviceRange tensorScale, DeviceBlocks to) {
    launch(kernel("quantize", to.profile(), "_rows"), chunks(to), to.profile(), alongRows(from, tensorScale, to));
  }

  /** The same after a transform of the rows. */
  public void quantize(Hadamard transform, DeviceFloats from, DeviceRange tensorScale, DeviceBlocks to) {
    require(transform, "columns", from.columns());
    launch(kernel("hadamard16_quantize", to.profile(), "_rows"), chunks(to), to.profile(), signs(transform, alongRows(from, tensorScale, to)));
  }

  /** Quantises in squares of the block size. */
  public void quantizeTiles(DeviceFloats from, DeviceRange tensorScale, DeviceBlocks to) {
    int size = to.profile().format().blockSize();
    if (from.rows() % size != 0 && to.profile().raggedRows() == RaggedRows.REFUSE) {
      throw new IllegalArgumentException("rows = " + from.rows() + " is not a multiple of " + size + ": " + to.profile() + " does not pad tiles");
    }
    long squares = Math.ceilDiv(to.rowsWithPadding(), size) * Math.ceilDiv(to.storedWithPadding(), size);
    launch(kernel("quantize", to.profile(), "_squares"), squares, to.profile(), alongRows(from, tensorScale, to));
  }

  /**
   * Quantises in blocks along rows, elements rounded stochastically: by {@code cvt.rs} where the GPU has it and the bytes are in {@linkplain ByteOrder#PTX its order},
   * else by the same arithmetic in integers.
   *
   * @param firstElement number of the first element in its tensor
   * @param rowElements elements from one row of the tensor to the next
   */
  public void quantizeStochastic(
      StochasticRounding rounding, long firstElement, long rowElements, DeviceFloats from, DeviceRange tensorScale, DeviceBlocks to) {
    if (!supports(to.profile(), rounding)) {
      throw new IllegalArgumentException("profile " + to.profile() + " with " + rounding.arithmetic() + ": cuda does not have it");
    }
    boolean isNative = rounding.arithmetic() == Arithmetic.CARRY_8 && rounding.byteOrder() == ByteOrder.PTX && kernels.has("fp4j_quantize_nvfp4_rows_native_stochastic");
    KernelArguments arguments = alongRows(from, tensorScale, to).number("first_element", firstElement).number("row_elements", rowElements);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment struct = arena.allocate(Fp4jBlocksAbi.STOCHASTIC_BYTES, Long.BYTES);
      Fp4jBlocksAbi.write(rounding, struct);
      String name = kernel("quantize", to.profile(), isNative ? "_rows_native_stochastic" : "_rows_stochastic");
      launch(name, chunks(to), to.profile(), arguments.struct("rounding", struct));
    }
  }

  /** Quantises the transpose: {@code to} has a row for each column. */
  public void quantizeTransposed(DeviceFloats from, DeviceRange tensorScale, DeviceBlocks to) {
    KernelArguments arguments =
        alongColumns(from, tensorScale, to)
            .number("stored_columns", 0)
            .nullPointer("codes").number("codes_stride", 0)
            .nullPointer("scales").number("scales_stride", 0);
    launch(kernel("quantize", to.profile(), "_columns"), tiles(to.storedWithPadding(), to.rowsWithPadding()), to.profile(), arguments);
  }

  /** The same after a transform of the columns. */
  public void quantizeTransposed(Hadamard transform, DeviceFloats from, DeviceRange tensorScale, DeviceBlocks to) {
    require(transform, "rows", from.rows());
    long tiles = tiles(to.storedWithPadding(), to.rowsWithPadding());
    launch(kernel("hadamard16_quantize", to.profile(), "_columns"), tiles, to.profile(), signs(transform, alongColumns(from, tensorScale, to)));
  }

  /** Along rows and along columns from one read; both rooms have one profile and one layout. */
  public void quantizeBoth(DeviceFloats from, DeviceRange tensorScale, DeviceBlocks to, DeviceBlocks transposed) {
    if (!to.profile().equals(transposed.profile()) || to.layout() != transposed.layout()) {
      throw new IllegalArgumentException(
          to.profile() + " in layout " + to.layout() + " and " + transposed.profile() + " in layout " + transposed.layout() + ": expected the same for both");
    }
    require(to, from.rows(), to.profile().storedColumns("columns", from.columns()));
    KernelArguments arguments = alongColumns(from, tensorScale, transposed).number("stored_columns", to.stored()).blocks("", to);
    long down = Math.max(transposed.storedWithPadding(), to.rowsWithPadding());
    long across = Math.max(transposed.rowsWithPadding(), to.storedWithPadding());
    launch(kernel("quantize", to.profile(), "_columns"), tiles(down, across), to.profile(), arguments);
  }

  /** Transforms each row in place. */
  public void hadamard(Hadamard transform, DeviceFloats rows) {
    require(transform, "columns", rows.columns());
    kernels.launch(stream, "fp4j_hadamard16", (long) rows.rows() * rows.columns() / CHUNK, signs(transform, new KernelArguments().matrix(rows)));
  }

  /** Restores elements; a hardware-only profile can be restored too. */
  public void dequantize(DeviceBlocks from, DeviceRange tensorScale, DeviceFloats to) {
    QuantizationProfile profile = from.profile();
    if (!restores(profile)) {
      throw new IllegalArgumentException("profile " + profile + " (" + profile.format() + "): cuda does not have it");
    }
    require(from, to.rows(), profile.storedColumns("columns", to.columns()));
    requireScalar("tensorScale", tensorScale);
    KernelArguments arguments =
        new KernelArguments().pointer("tensor_scale", tensorScale).blocks("", from).integer("scale_layout", from.layout().ordinal()).matrix(to);
    launch(kernel("dequantize", profile, ""), (long) to.rows() * Math.ceilDiv(to.columns(), CHUNK), profile, arguments);
  }

  /** Linear scales, dense, into a tiled layout, padding included. */
  public void swizzle(ScaleLayout layout, int rows, int columns, DeviceRange linear, DeviceRange swizzled) {
    relayout("swizzle", layout, rows, columns, linear, swizzled);
  }

  /** Scales out of a tiled layout. */
  public void unswizzle(ScaleLayout layout, int rows, int columns, DeviceRange swizzled, DeviceRange linear) {
    relayout("unswizzle", layout, rows, columns, linear, swizzled);
  }

  private void relayout(String which, ScaleLayout layout, int rows, int columns, DeviceRange linear, DeviceRange swizzled) {
    if (layout == ScaleLayout.LINEAR) {
      throw new IllegalArgumentException("layout = linear: expected 128x4 or 8x4");
    }
    requireShape(rows, columns);
    if (linear.bytes() < (long) rows * columns || swizzled.bytes() < layout.size(rows, columns)) {
      throw new IllegalArgumentException(
          "linear has " + linear.bytes() + " bytes, swizzled " + swizzled.bytes() + ": expected " + (long) rows * columns + " and " + layout.size(rows, columns));
    }
    int tileBytes = layout == ScaleLayout.SWIZZLED_128X4 ? 512 : 32;
    KernelArguments arguments =
        new KernelArguments().pointer("linear", linear).number("rows", rows).number("columns", columns).pointer("swizzled", swizzled);
    kernels.launch(stream, "fp4j_" + which + "_" + layout, layout.size(rows, columns) / tileBytes, arguments);
  }

  private KernelArguments alongRows(DeviceFloats from, DeviceRange tensorScale, DeviceBlocks to) {
    require(to.profile());
    require(to, from.rows(), to.profile().storedColumns("columns", from.columns()));
    return common(from, tensorScale, to.layout()).number("stored_columns", to.stored()).blocks("", to);
  }

  private KernelArguments alongColumns(DeviceFloats from, DeviceRange tensorScale, DeviceBlocks to) {
    require(to.profile());
    require(to, from.columns(), to.profile().storedColumns("rows", from.rows()));
    return common(from, tensorScale, to.layout()).number("stored_rows", to.stored()).blocks("transposed_", to);
  }

  private static KernelArguments common(DeviceFloats from, DeviceRange tensorScale, ScaleLayout layout) {
    requireScalar("tensorScale", tensorScale);
    return new KernelArguments().matrix(from).pointer("tensor_scale", tensorScale).integer("scale_layout", layout.ordinal());
  }

  private static KernelArguments signs(Hadamard transform, KernelArguments arguments) {
    return arguments.integer("signs", (int) (transform.signs().getFirst() & 0xFFFF)).flag("to_bf16", transform.rounding() != null);
  }

  private static long chunks(DeviceBlocks to) {
    return to.rowsWithPadding() * to.storedWithPadding() / CHUNK;
  }

  private static long tiles(long rows, long columns) {
    return Math.ceilDiv(rows, TILE) * Math.ceilDiv(columns, TILE);
  }

  private void launch(String name, long units, QuantizationProfile profile, KernelArguments arguments) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment struct = arena.allocate(Fp4jBlocksAbi.PROFILE_BYTES, Integer.BYTES);
      Fp4jBlocksAbi.write(profile, struct);
      kernels.launch(stream, name, units, arguments.struct("profile", struct));
    }
  }

  /** Unloads the kernels. */
  @Override
  public void close() {
    kernels.close();
  }
}
