package io.github.fp4j.bridge.cuda;

import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.formats.block.BlockFormat;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Hadamard;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.block.StochasticRounding;
import io.github.fp4j.formats.block.TensorScaleRule;
import java.lang.foreign.MemorySegment;
import java.util.Objects;
import java.util.concurrent.Executor;

/** {@link BlockKernels} of {@link DeviceQuantizer}: arrays go to the device and back with each call. */
final class CudaBlocks implements BlockKernels {
  private final DeviceQuantizer quantizer;
  private final CudaContext context;
  private final CudaStream stream;

  CudaBlocks(DeviceKernels kernels, CudaStream stream) {
    this.quantizer = new DeviceQuantizer(kernels, stream);
    this.context = kernels.context();
    this.stream = stream;
  }

  @Override
  public boolean supports(QuantizationProfile profile) {
    return quantizer.supports(profile);
  }

  @Override
  public boolean supports(QuantizationProfile profile, StochasticRounding rounding) {
    return quantizer.supports(profile, rounding);
  }

  @Override
  public boolean supports(Hadamard transform) {
    return quantizer.supports(transform);
  }

  private DeviceScratch scratch() {
    return new DeviceScratch(context, stream);
  }

  @Override
  public float amax(QuantizationProfile profile, FloatRows from) {
    try (DeviceScratch scratch = scratch()) {
      DeviceRange bits = scratch.zeros(Float.BYTES);
      quantizer.amax(profile, scratch.upload(from), bits);
      float[] amax = new float[1];
      scratch.download(bits, MemorySegment.ofArray(amax));
      return amax[0];
    }
  }

  /** One quantised matrix, there and here. */
  private record Output(DeviceBlocks there, BlockRows here) {
    static Output of(DeviceScratch scratch, QuantizationProfile profile, int rows, int stored, BlockRows to) {
      BlockFormat format = profile.format();
      to.check(format, rows, stored);
      DeviceRange codes = scratch.allocate((long) rows * format.codeBytesPerRow(stored));
      DeviceRange scales = scratch.allocate((long) rows * format.blocksPerRow(stored));
      return new Output(DeviceBlocks.of(profile, rows, stored, ScaleLayout.LINEAR, codes.buffer(), scales.buffer()), to);
    }

    void fetch(DeviceScratch scratch) {
      scratch.download(there.codes(), there.rows(), there.codesStride(), here.codes(), here.codesOffset(), here.codesStride());
      scratch.download(there.scales(), there.rows(), there.scalesStride(), here.scales(), here.scalesOffset(), here.scalesStride());
    }
  }

  /** A launch that quantises. */
  private interface Quantisation {
    void launch(DeviceFloats from, DeviceRange tensorScale, DeviceBlocks to);
  }

  private void alongRows(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to, Quantisation quantisation) {
    requireSupported(profile);
    int stored = profile.storedColumns("columns", from.columns());
    try (DeviceScratch scratch = scratch()) {
      Output output = Output.of(scratch, profile, from.rows(), stored, to);
      quantisation.launch(scratch.upload(from), scratch.upload(tensorScale), output.there);
      output.fetch(scratch);
    }
  }

  /** Before any shape is looked at, so that what is wrong with the profile is said of it. */
  private void requireSupported(QuantizationProfile profile) {
    profile.requireCpuExact();
    if (!supports(profile)) {
      throw new IllegalArgumentException("profile " + profile + " (" + profile.format() + "): cuda does not have it");
    }
  }

  @Override
  public void quantize(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
    alongRows(profile, tensorScale, from, to, quantizer::quantize);
  }

  @Override
  public void quantizeTiles(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
    alongRows(profile, tensorScale, from, to, quantizer::quantizeTiles);
  }

  @Override
  public void quantizeStochastic(
      QuantizationProfile profile, float tensorScale, StochasticRounding rounding, long firstElement, long rowElements, FloatRows from, BlockRows to) {
    alongRows(
        profile, tensorScale, from, to,
        (values, scale, blocks) -> quantizer.quantizeStochastic(rounding, firstElement, rowElements, values, scale, blocks));
  }

  @Override
  public void quantizeTransposed(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
    requireSupported(profile);
    int stored = profile.storedColumns("rows", from.rows());
    try (DeviceScratch scratch = scratch()) {
      Output output = Output.of(scratch, profile, from.columns(), stored, to);
      quantizer.quantizeTransposed(scratch.upload(from), scratch.upload(tensorScale), output.there);
      output.fetch(scratch);
    }
  }

  @Override
  public void quantizeBoth(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to, BlockRows transposed) {
    requireSupported(profile);
    int storedColumns = profile.storedColumns("columns", from.columns());
    int storedRows = profile.storedColumns("rows", from.rows());
    try (DeviceScratch scratch = scratch()) {
      Output along = Output.of(scratch, profile, from.rows(), storedColumns, to);
      Output across = Output.of(scratch, profile, from.columns(), storedRows, transposed);
      quantizer.quantizeBoth(scratch.upload(from), scratch.upload(tensorScale), along.there, across.there);
      along.fetch(scratch);
      across.fetch(scratch);
    }
  }

  /** In one visit to the device: the tensor scale never leaves it before the codes do. */
  @Override
  public BlockTensor quantize(QuantizationProfile profile, Blocking blocking, FloatRows from, Executor executor) {
    requireSupported(profile);
    boolean transposed = blocking == Blocking.TRANSPOSED;
    int rows = transposed ? from.columns() : from.rows();
    int columns = transposed ? from.rows() : from.columns();
    int stored = profile.storedColumns(transposed ? "rows" : "columns", columns);
    BlockRows to = BlockRows.allocate(profile.format(), rows, stored);
    float[] tensorScale = new float[1];
    try (DeviceScratch scratch = scratch()) {
      Output output = Output.of(scratch, profile, rows, stored, to);
      DeviceFloats values = scratch.upload(from);
      DeviceRange bits = scratch.zeros(Float.BYTES);
      DeviceRange scale = scratch.allocate(Float.BYTES);
      if (profile.tensorScale().direction() != TensorScaleRule.Direction.NONE) {
        quantizer.amax(profile, values, bits);
      }
      quantizer.tensorScale(profile, bits, scale);
      switch (blocking) {
        case ROWS -> quantizer.quantize(values, scale, output.there);
        case TRANSPOSED -> quantizer.quantizeTransposed(values, scale, output.there);
        case TILES -> quantizer.quantizeTiles(values, scale, output.there);
      }
      output.fetch(scratch);
      scratch.download(scale, MemorySegment.ofArray(tensorScale));
    }
    return new BlockTensor(profile, rows, columns, to.codes(), to.scales(), tensorScale[0]);
  }

  @Override
  public void dequantize(QuantizationProfile profile, float tensorScale, BlockRows from, FloatRows to) {
    BlockFormat format = profile.format();
    int stored = profile.storedColumns("columns", to.columns());
    from.check(format, to.rows(), stored);
    int codeBytes = format.codeBytesPerRow(stored);
    int blocks = format.blocksPerRow(stored);
    try (DeviceScratch scratch = scratch()) {
      DeviceRange codes = scratch.upload(from.codes(), from.codesOffset(), from.codesStride(), to.rows(), codeBytes);
      DeviceRange scales = scratch.upload(from.scales(), from.scalesOffset(), from.scalesStride(), to.rows(), blocks);
      DeviceRange values = scratch.allocate(4L * to.rows() * to.columns());
      quantizer.dequantize(
          DeviceBlocks.of(profile, to.rows(), stored, ScaleLayout.LINEAR, codes.buffer(), scales.buffer()), scratch.upload(tensorScale),
          DeviceFloats.of(values.buffer(), to.rows(), to.columns()));
      scratch.download(values, to);
    }
  }

  @Override
  public void hadamard(Hadamard transform, FloatRows rows) {
    try (DeviceScratch scratch = scratch()) {
      DeviceFloats values = scratch.upload(rows);
      quantizer.hadamard(transform, values);
      scratch.download(values.values(), rows);
    }
  }

  @Override
  public void swizzle(ScaleLayout layout, int rows, int columns, byte[] linear, int linearOffset, byte[] swizzled, int swizzledOffset) {
    int count = scales(rows, columns);
    int size = layout.size(rows, columns);
    Objects.checkFromIndexSize(linearOffset, count, linear.length);
    Objects.checkFromIndexSize(swizzledOffset, size, swizzled.length);
    if (layout == ScaleLayout.LINEAR) {
      System.arraycopy(linear, linearOffset, swizzled, swizzledOffset, size);
      return;
    }
    try (DeviceScratch scratch = scratch()) {
      DeviceRange to = scratch.allocate(size);
      quantizer.swizzle(layout, rows, columns, scratch.upload(linear, linearOffset, count, 1, count), to);
      scratch.download(to, 1, size, swizzled, swizzledOffset, size);
    }
  }

  @Override
  public void unswizzle(ScaleLayout layout, int rows, int columns, byte[] swizzled, int swizzledOffset, byte[] linear, int linearOffset) {
    int count = scales(rows, columns);
    int size = layout.size(rows, columns);
    Objects.checkFromIndexSize(swizzledOffset, size, swizzled.length);
    Objects.checkFromIndexSize(linearOffset, count, linear.length);
    if (layout == ScaleLayout.LINEAR) {
      System.arraycopy(swizzled, swizzledOffset, linear, linearOffset, count);
      return;
    }
    try (DeviceScratch scratch = scratch()) {
      DeviceRange to = scratch.allocate(count);
      quantizer.unswizzle(layout, rows, columns, scratch.upload(swizzled, swizzledOffset, size, 1, size), to);
      scratch.download(to, 1, count, linear, linearOffset, count);
    }
  }

  private static int scales(int rows, int columns) {
    DeviceQuantizer.requireShape(rows, columns);
    return Math.multiplyExact(rows, columns);
  }
}
