package io.github.fp4j.conformance.checkpoint;

import io.github.fp4j.conformance.tensorfile.Npy;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;

/** The way back from a folder that {@link RawQuantizer} wrote: float32 [M, K], K with its padding. */
public final class RawDequantizer {
  private final QuantizationProfile profile;

  /** Restores by the formula of {@code profile}. */
  public RawDequantizer(QuantizationProfile profile) {
    this.profile = profile;
  }

  /**
   * Writes {@code output}.
   *
   * @throws IOException if the three files do not fit one another and the profile
   */
  public void write(Path folder, Path output) throws IOException {
    BlockTensor tensor = read(folder, profile);
    float[] values = new float[tensor.rows() * tensor.columns()];
    RowStream.kernelsFor(profile).dequantize(profile, tensor.tensorScale(), tensor.blockRows(), FloatRows.of(values, tensor.rows(), tensor.columns()));
    Npy.write(output, Tensor.ofFloats("", values, tensor.rows(), tensor.columns()));
  }

  /** The tensor in {@code folder}, whose columns count with their padding. */
  public static BlockTensor read(Path folder, QuantizationProfile profile) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      Tensor codes = Npy.map(folder.resolve("codes.npy"), arena);
      Tensor scales = Npy.map(folder.resolve("scales.npy"), arena);
      Tensor scale = Npy.map(folder.resolve("tensor_scale.npy"), arena);
      int rows = Math.toIntExact(codes.info().rows());
      int columns = Math.toIntExact(codes.info().columns() * profile.format().codesPerByte());
      try {
        return new BlockTensor(profile, rows, columns, codes.toBytes(), scales.toBytes(), scale.toFloats()[0]);
      } catch (IllegalArgumentException e) {
        throw new IOException(folder + ": " + e.getMessage(), e);
      }
    }
  }
}
