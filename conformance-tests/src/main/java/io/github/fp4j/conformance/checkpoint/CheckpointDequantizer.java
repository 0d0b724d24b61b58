package io.github.fp4j.conformance.checkpoint;

import io.github.fp4j.conformance.tensorfile.DataType;
import io.github.fp4j.conformance.tensorfile.FloatElements;
import io.github.fp4j.conformance.tensorfile.LayoutReport;
import io.github.fp4j.conformance.tensorfile.QuantizedWeight;
import io.github.fp4j.conformance.tensorfile.Safetensors;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.conformance.tensorfile.TensorFile;
import io.github.fp4j.conformance.tensorfile.TensorInfo;
import io.github.fp4j.conformance.tensorfile.TensorWriter;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.LongConsumer;

/** Restores the quantised weights of a file, whichever layouts it mixes, and writes them with all other tensors as safetensors. */
public final class CheckpointDequantizer {
  private static final int PIECE = 1 << 20;

  private final TensorFile input;
  private final DataType type;
  private final Map<String, QuantizedWeight> byCodes = new HashMap<>();
  private final List<String> parts = new ArrayList<>();

  /**
   * Plans the restoration of {@code input} to elements of {@code type}: F32, F16 or BF16.
   *
   * @throws IllegalArgumentException if it holds no quantised weight
   */
  public CheckpointDequantizer(TensorFile input, DataType type) {
    this.input = input;
    this.type = type;
    LayoutReport report = LayoutReport.of(input.infos());
    for (QuantizedWeight weight : report.weights()) {
      byCodes.put(weight.codes().name(), weight);
      weight.tensors().forEach(info -> parts.add(info.name()));
    }
    if (byCodes.isEmpty()) {
      throw new IllegalArgumentException(
          input.file() + ": no quantised weight in a layout that is known" + (report.problems().isEmpty() ? "" : ": " + report.problems().getFirst()));
    }
  }

  /** Elements that will be restored. */
  public long work() {
    return byCodes.values().stream().mapToLong(weight -> weight.rows() * weight.columns()).sum();
  }

  /** Writes {@code output}; returns the names of the restored weights. */
  public List<String> write(Path output, LongConsumer progress) throws IOException {
    List<TensorInfo> declared = new ArrayList<>();
    for (Tensor tensor : input.tensors().values()) {
      QuantizedWeight weight = byCodes.get(tensor.name());
      if (weight != null) {
        declared.add(new TensorInfo(weight.name(), type, weight.shape()));
      } else if (!parts.contains(tensor.name())) {
        declared.add(tensor.info());
      }
    }
    List<String> restored = new ArrayList<>();
    try (TensorWriter writer = Safetensors.create(output, CheckpointWriter.plainMetadata(input), declared)) {
      for (Tensor tensor : input.tensors().values()) {
        QuantizedWeight weight = byCodes.get(tensor.name());
        if (weight != null) {
          restore(weight, writer, progress);
          restored.add(weight.name());
        } else if (!parts.contains(tensor.name())) {
          writer.append(tensor);
        }
      }
      writer.commit();
    }
    return restored;
  }

  private void restore(QuantizedWeight weight, TensorWriter writer, LongConsumer progress) throws IOException {
    WeightReader reader = new WeightReader(input, weight, WeightReader.profileOf(weight.layout()));
    FloatElements elements = new FloatElements();
    int columns = reader.columns();
    long sharing = Math.max(1, weight.rowsPerTensorScale());
    long step = Math.max(1, Math.min(PIECE / columns, sharing));
    for (long first = 0; first < reader.rows(); ) {
      int count = (int) Math.min(step, Math.min(reader.rows(), (first / sharing + 1) * sharing) - first);
      float[] values = reader.values(first, count);
      byte[] bytes = new byte[Math.toIntExact(type.byteSize(values.length))];
      elements.write(type, values, 0, values.length, MemorySegment.ofArray(bytes), 0);
      writer.append(weight.name(), MemorySegment.ofArray(bytes));
      progress.accept(values.length);
      first += count;
    }
  }
}
