package io.github.fp4j.bridge.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.BlockOperation;
import io.github.fp4j.bridge.internal.sys.Fp4jBlocksAbi;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.NanPolicy;
import io.github.fp4j.formats.block.BlockFormat;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Hadamard;
import io.github.fp4j.formats.block.NibbleOrder;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.block.ScaleSearch;
import io.github.fp4j.formats.block.StochasticRounding;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.EnumSet;
import java.util.Objects;
import java.util.Set;

/** {@link BlockKernels} of our own kernels, as far as they are launched here: along rows, back, and scale layouts. Arrays go to the device and back with each call. */
final class CudaBlocks implements BlockKernels {
  private static final Set<BlockOperation> OPERATIONS =
      EnumSet.of(BlockOperation.AMAX, BlockOperation.QUANTIZE, BlockOperation.DEQUANTIZE, BlockOperation.SCALE_LAYOUT);
  private static final int LINEAR = 0;
  private static final int CHUNK = 8;

  private final DeviceKernels kernels;
  private final CudaStream stream;

  CudaBlocks(DeviceKernels kernels, CudaStream stream) {
    this.kernels = kernels;
    this.stream = stream;
  }

  @Override
  public boolean supports(BlockOperation operation) {
    return OPERATIONS.contains(operation);
  }

  /** Interleaved E2M1 in blocks of 16 or 32, without a search over scales and without elements that must be refused. */
  @Override
  public boolean supports(QuantizationProfile profile) {
    BlockFormat format = profile.format();
    return profile.isCpuExact()
        && format.element().equals(FloatFormat.E2M1)
        && (format.blockSize() == 16 || format.blockSize() == 32)
        && profile.rowMultiple() == format.blockSize()
        && profile.nibbleOrder() == NibbleOrder.INTERLEAVED_LOW_FIRST
        && profile.blockScale().search() == ScaleSearch.NONE
        && profile.element().conversion().nan() != NanPolicy.REFUSE;
  }

  @Override
  public boolean supports(QuantizationProfile profile, StochasticRounding rounding) {
    return false;
  }

  private void require(QuantizationProfile profile) {
    profile.requireCpuExact();
    if (!supports(profile)) {
      throw new IllegalArgumentException("profile " + profile + " (" + profile.format() + "): cuda does not have it");
    }
  }

  private static String kernel(String name, QuantizationProfile profile, String ending) {
    return "fp4j_" + name + (profile.format().blockSize() == 16 ? "_nvfp4" : "_mxfp4") + ending;
  }

  @Override
  public float amax(QuantizationProfile profile, FloatRows from) {
    require(profile);
    if (from.rows() == 0 || from.columns() == 0) {
      return 0;
    }
    try (DeviceBuffer values = dense(from);
        DeviceBuffer bits = kernels.context().allocate(4)) {
      bits.fill((byte) 0, stream);
      long count = (long) from.rows() * from.columns();
      kernels.launch(
          stream, "fp4j_amax", count, DeviceRange.of(values), (long) from.rows(), (long) from.columns(), (long) from.columns(),
          profile.keepsNanInAmax() ? 1 : 0, DeviceRange.of(bits));
      return bits.readFloats(1, stream)[0];
    }
  }

  @Override
  public void quantize(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
    require(profile);
    BlockFormat format = profile.format();
    int stored = profile.storedColumns("columns", from.columns());
    to.check(format, from.rows(), stored);
    if (from.rows() == 0 || stored == 0) {
      return;
    }
    int codesStride = format.codeBytesPerRow(stored);
    int scalesStride = format.blocksPerRow(stored);
    try (DeviceBuffer values = dense(from);
        DeviceBuffer scale = scalar(tensorScale);
        DeviceBuffer codes = kernels.context().allocate((long) from.rows() * codesStride);
        DeviceBuffer scales = kernels.context().allocate((long) from.rows() * scalesStride);
        Arena arena = Arena.ofConfined()) {
      kernels.launch(
          stream, kernel("quantize", profile, "_rows"), (long) from.rows() * stored / CHUNK, struct(profile, arena), DeviceRange.of(scale), DeviceRange.of(values),
          (long) from.rows(), (long) from.columns(), (long) from.columns(), (long) stored, DeviceRange.of(codes), (long) codesStride, DeviceRange.of(scales),
          (long) scalesStride, LINEAR);
      copyRows(codes.readBytes(from.rows() * codesStride, stream), from.rows(), codesStride, to.codes(), to.codesOffset(), to.codesStride());
      copyRows(scales.readBytes(from.rows() * scalesStride, stream), from.rows(), scalesStride, to.scales(), to.scalesOffset(), to.scalesStride());
    }
  }

  private static void copyRows(byte[] from, int rows, int length, byte[] to, int offset, int stride) {
    for (int row = 0; row < rows; row++) {
      System.arraycopy(from, row * length, to, offset + row * stride, length);
    }
  }

  @Override
  public void dequantize(QuantizationProfile profile, float tensorScale, BlockRows from, FloatRows to) {
    require(profile);
    BlockFormat format = profile.format();
    int stored = profile.storedColumns("columns", to.columns());
    from.check(format, to.rows(), stored);
    if (to.rows() == 0 || to.columns() == 0) {
      return;
    }
    int codesStride = format.codeBytesPerRow(stored);
    int scalesStride = format.blocksPerRow(stored);
    try (DeviceBuffer codes = dense(from.codes(), from.codesOffset(), from.codesStride(), to.rows(), codesStride);
        DeviceBuffer scales = dense(from.scales(), from.scalesOffset(), from.scalesStride(), to.rows(), scalesStride);
        DeviceBuffer scale = scalar(tensorScale);
        DeviceBuffer values = kernels.context().allocate(4L * to.rows() * to.columns());
        Arena arena = Arena.ofConfined()) {
      kernels.launch(
          stream, kernel("dequantize", profile, ""), (long) to.rows() * stored / CHUNK, struct(profile, arena), DeviceRange.of(scale), DeviceRange.of(codes),
          (long) codesStride, DeviceRange.of(scales), (long) scalesStride, LINEAR, DeviceRange.of(values), (long) to.rows(), (long) to.columns(),
          (long) to.columns());
      float[] restored = values.readFloats(to.rows() * to.columns(), stream);
      for (int row = 0; row < to.rows(); row++) {
        System.arraycopy(restored, row * to.columns(), to.values(), to.index(row, 0), to.columns());
      }
    }
  }

  @Override
  public void swizzle(ScaleLayout layout, int rows, int columns, byte[] linear, int linearOffset, byte[] swizzled, int swizzledOffset) {
    relayout("swizzle", layout, rows, columns, linear, linearOffset, rows * columns, swizzled, swizzledOffset, layout.size(rows, columns));
  }

  @Override
  public void unswizzle(ScaleLayout layout, int rows, int columns, byte[] swizzled, int swizzledOffset, byte[] linear, int linearOffset) {
    relayout("unswizzle", layout, rows, columns, swizzled, swizzledOffset, layout.size(rows, columns), linear, linearOffset, rows * columns);
  }

  private void relayout(
      String which, ScaleLayout layout, int rows, int columns, byte[] from, int fromOffset, int fromLength, byte[] to, int toOffset, int toLength) {
    Objects.checkFromIndexSize(fromOffset, fromLength, from.length);
    Objects.checkFromIndexSize(toOffset, toLength, to.length);
    if (layout == ScaleLayout.LINEAR || fromLength == 0) {
      System.arraycopy(from, fromOffset, to, toOffset, toLength);
      return;
    }
    int tileRows = layout == ScaleLayout.SWIZZLED_128X4 ? 128 : 8;
    long tiles = (long) layout.paddedRows(rows) / tileRows * (layout.paddedColumns(columns) / 4);
    try (DeviceBuffer source = dense(from, fromOffset, fromLength, 1, fromLength);
        DeviceBuffer target = kernels.context().allocate(toLength)) {
      kernels.launch(
          stream, "fp4j_" + which + "_" + layout, tiles, DeviceRange.of(source), (long) rows, (long) columns, DeviceRange.of(target));
      System.arraycopy(target.readBytes(toLength, stream), 0, to, toOffset, toLength);
    }
  }

  private static MemorySegment struct(QuantizationProfile profile, Arena arena) {
    MemorySegment struct = arena.allocate(Fp4jBlocksAbi.PROFILE_BYTES, Integer.BYTES);
    Fp4jBlocksAbi.write(profile, struct);
    return struct;
  }

  private DeviceBuffer scalar(float value) {
    DeviceBuffer buffer = kernels.context().allocate(JAVA_FLOAT.byteSize());
    buffer.write(new float[] {value}, stream);
    return buffer;
  }

  private DeviceBuffer dense(FloatRows rows) {
    float[] values = new float[Math.multiplyExact(rows.rows(), rows.columns())];
    for (int row = 0; row < rows.rows(); row++) {
      System.arraycopy(rows.values(), rows.index(row, 0), values, row * rows.columns(), rows.columns());
    }
    DeviceBuffer buffer = kernels.context().allocate(4L * Math.max(1, values.length));
    buffer.write(values, stream);
    return buffer;
  }

  private DeviceBuffer dense(byte[] from, int offset, int stride, int rows, int length) {
    byte[] bytes = new byte[Math.multiplyExact(rows, length)];
    for (int row = 0; row < rows; row++) {
      System.arraycopy(from, offset + row * stride, bytes, row * length, length);
    }
    DeviceBuffer buffer = kernels.context().allocate(bytes.length);
    buffer.write(bytes, stream);
    return buffer;
  }

  @Override
  public void quantizeTransposed(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
    throw missing(BlockOperation.QUANTIZE_TRANSPOSED);
  }

  @Override
  public void quantizeBoth(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to, BlockRows transposed) {
    throw missing(BlockOperation.QUANTIZE_BOTH);
  }

  @Override
  public void quantizeTiles(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
    throw missing(BlockOperation.QUANTIZE_TILES);
  }

  @Override
  public void quantizeStochastic(
      QuantizationProfile profile, float tensorScale, StochasticRounding rounding, long firstElement, long rowElements, FloatRows from, BlockRows to) {
    throw new IllegalArgumentException("profile " + profile + " with " + rounding.arithmetic() + ": cuda does not have it");
  }

  @Override
  public void hadamard(Hadamard transform, FloatRows rows) {
    throw missing(BlockOperation.HADAMARD);
  }

  private static UnsupportedOperationException missing(BlockOperation operation) {
    return new UnsupportedOperationException("cuda: " + operation + " is not launched from Java yet");
  }
}
