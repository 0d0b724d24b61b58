package io.github.fp4j.conformance.checkpoint;

import io.github.fp4j.conformance.tensorfile.CheckpointLayout;
import io.github.fp4j.conformance.tensorfile.FileFormat;
import io.github.fp4j.conformance.tensorfile.QuantizedWeight;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.conformance.tensorfile.TensorFile;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.GgmlBlocks;
import io.github.fp4j.formats.block.NibbleOrder;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** A quantised weight of a file, row range by row range, as {@link BlockTensor}s. */
public final class WeightReader {
  private final QuantizedWeight weight;
  private final QuantizationProfile profile;
  private final MemorySegment codes;
  private final MemorySegment scales;
  private final float[] tensorScales;
  private final int columns;

  /** Reads {@code weight} of {@code file}, its values meaning what {@code profile} says; {@link #profileOf} has the layout's own. */
  public WeightReader(TensorFile file, QuantizedWeight weight, QuantizationProfile profile) {
    this.weight = weight;
    this.profile = profile;
    this.codes = file.tensor(weight.codes().name()).orElseThrow().data();
    this.scales = weight.scales().map(info -> file.tensor(info.name()).orElseThrow().data()).orElse(MemorySegment.NULL);
    this.tensorScales = weight.tensorScale().map(info -> file.tensor(info.name()).orElseThrow()).map(Tensor::toFloats).orElse(new float[] {1});
    this.columns = Math.toIntExact(weight.columns());
  }

  /** Whose formula restores the weights of a layout. */
  public static QuantizationProfile profileOf(CheckpointLayout layout) {
    return switch (layout) {
      case MODELOPT -> Profiles.MODELOPT;
      case COMPRESSED_TENSORS -> Profiles.COMPRESSED_TENSORS;
      case MXFP4 -> Profiles.OCP_MX;
      case GGML_NVFP4 -> Profiles.GGML_NVFP4;
      case GGML_MXFP4 -> Profiles.GGML_MXFP4;
    };
  }

  public long rows() {
    return weight.rows();
  }

  public int columns() {
    return columns;
  }

  /** The tensor scale, as the file holds it, that row {@code row} meets; 1 where there is none. */
  public float fileScale(long row) {
    long perScale = weight.rowsPerTensorScale();
    return tensorScales.length == 1 || perScale == 0 ? tensorScales[0] : tensorScales[(int) (row / perScale)];
  }

  /** The tensor scales as the file holds them, one for each expert or one alone; {@code {1}} where there is none. */
  public float[] fileScales() {
    return tensorScales.clone();
  }

  /** Rows {@code first} to {@code first + count}, which must share one tensor scale. */
  public BlockTensor rows(long first, int count) {
    float own = TensorScales.fromFile(profile, fileScale(first), weight.direction());
    if (weight.layout().fileFormat() == FileFormat.GGUF) {
      GgmlBlocks blocks = weight.layout() == CheckpointLayout.GGML_MXFP4 ? GgmlBlocks.MXFP4 : GgmlBlocks.NVFP4;
      long stride = blocks.size(1, columns);
      return blocks.read(bytes(codes, first * stride, count * stride), 0, count, columns);
    }
    long codesStride = columns / 2;
    long scalesStride = columns / profile.format().blockSize();
    BlockTensor interleaved =
        new BlockTensor(profile, count, columns, bytes(codes, first * codesStride, count * codesStride), bytes(scales, first * scalesStride, count * scalesStride), own);
    if (profile.nibbleOrder() != NibbleOrder.INTERLEAVED_LOW_FIRST) {
      throw new IllegalArgumentException("profile " + profile.id() + " reads planar nibbles: expected one with interleaved nibbles for the layout " + weight.layout().id());
    }
    return interleaved;
  }

  /** The restored values of those rows, by the profile's formula; ggml's tensor scale multiplies them afterwards, as it multiplies products there. */
  public float[] values(long first, int count) {
    BlockTensor tensor = rows(first, count);
    float[] values = new float[count * columns];
    RowStream.kernelsFor(profile).dequantize(profile, tensor.tensorScale(), tensor.blockRows(), FloatRows.of(values, count, columns));
    if (weight.layout().fileFormat() == FileFormat.GGUF && weight.tensorScale().isPresent()) {
      float scale = fileScale(first);
      for (int i = 0; i < values.length; i++) {
        values[i] *= scale;
      }
    }
    return values;
  }

  private static byte[] bytes(MemorySegment segment, long offset, long length) {
    return segment.asSlice(offset, length).toArray(ValueLayout.JAVA_BYTE);
  }
}
