package io.github.fp4j.conformance.checkpoint;

import io.github.fp4j.conformance.staging.StagedFolder;
import io.github.fp4j.conformance.tensorfile.DataType;
import io.github.fp4j.conformance.tensorfile.FloatElements;
import io.github.fp4j.conformance.tensorfile.Npy;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.conformance.tensorfile.TensorInfo;
import io.github.fp4j.conformance.tensorfile.TensorWriter;
import io.github.fp4j.formats.block.ErrorFigures;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Quantises one array into a folder with {@code codes.npy} (uint8 [M, K/2], or [M, K] for elements of more than four bits, in the profile's own nibble order),
 * {@code scales.npy} (uint8 [M, K/block]) and {@code tensor_scale.npy} (float32, as the profile stores it; 1 where it has none). All extents but the last
 * count as rows.
 */
public final class RawQuantizer {
  private final Tensor tensor;
  private final QuantizationProfile profile;
  private final int columns;

  /**
   * Plans the quantisation of {@code tensor}.
   *
   * @throws IllegalArgumentException if its elements are no floats, or the profile refuses rows of their length
   */
  public RawQuantizer(Tensor tensor, QuantizationProfile profile) {
    if (!FloatElements.supports(tensor.info().type())) {
      throw new IllegalArgumentException("the array holds " + tensor.info().type() + ": expected F64, F32, F16 or BF16");
    }
    this.tensor = tensor;
    this.profile = profile;
    this.columns = Math.toIntExact(tensor.info().columns());
    profile.storedColumns("K", columns);
  }

  /** Elements that will be read. */
  public long work() {
    return tensor.info().elementCount() * (profile.format().hasTensorScale() ? 2 : 1);
  }

  /** Writes {@code folder}, which must not exist. */
  public List<TensorOutcome> write(Path folder, int threads, LongConsumer progress) throws IOException {
    if (Files.exists(folder)) {
      throw new FileAlreadyExistsException(folder.toString());
    }
    try (StagedFolder staged = StagedFolder.of(folder)) {
      ErrorFigures figures = fill(staged.path(), threads, progress);
      staged.commit();
      return List.of(new TensorOutcome.Quantized(tensor.info(), figures));
    }
  }

  private ErrorFigures fill(Path folder, int threads, LongConsumer progress) throws IOException {
    long rows = tensor.info().rows();
    int stored = profile.storedColumns("K", columns);
    TensorInfo codes = new TensorInfo("codes", DataType.U8, rows, profile.format().codeBytesPerRow(stored));
    TensorInfo scales = new TensorInfo("scales", DataType.U8, rows, profile.format().blocksPerRow(stored));
    try (RowStream stream = new RowStream(profile, threads, progress);
        TensorWriter codeWriter = Npy.create(folder.resolve("codes.npy"), codes);
        TensorWriter scaleWriter = Npy.create(folder.resolve("scales.npy"), scales)) {
      float tensorScale = profile.format().hasTensorScale() ? profile.tensorScaleOf(stream.amax(tensor, rows, columns)) : 1;
      ErrorFigures figures =
          stream.quantize(
              tensor,
              rows,
              columns,
              tensorScale,
              (codesOfRows, scalesOfRows, count) -> {
                codeWriter.append("codes", codesOfRows);
                scaleWriter.append("scales", scalesOfRows);
              });
      codeWriter.commit();
      scaleWriter.commit();
      Npy.write(folder.resolve("tensor_scale.npy"), Tensor.ofFloats("", new float[] {tensorScale}));
      return figures;
    }
  }
}
