package io.github.fp4j.conformance.checkpoint;

import io.github.fp4j.conformance.tensorfile.CheckpointLayout;
import io.github.fp4j.conformance.tensorfile.FileFormat;
import io.github.fp4j.conformance.tensorfile.LayoutReport;
import io.github.fp4j.conformance.tensorfile.QuantizedWeight;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.conformance.tensorfile.TensorFile;
import io.github.fp4j.conformance.tensorfile.TensorInfo;
import io.github.fp4j.conformance.tensorfile.TensorScaleDirection;
import io.github.fp4j.conformance.tensorfile.TensorWriter;
import io.github.fp4j.formats.block.BlockTensor;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Moves quantised weights from one checkpoint layout to another without quantising them anew: codes and scales keep their bits, nibbles change places, a tensor
 * scale that points the other way becomes its reciprocal (one float32 division).
 */
public final class CheckpointRelayout {
  private static final int PIECE = 1 << 20;

  private final TensorFile input;
  private final CheckpointLayout target;
  private final Map<String, QuantizedWeight> byCodes = new HashMap<>();
  private final Set<String> parts = new HashSet<>();

  /**
   * Plans the move.
   *
   * @throws IllegalArgumentException if {@code input} holds no quantised weight, or one whose format {@code layout} has no place for
   */
  public CheckpointRelayout(TensorFile input, OutputLayout layout) {
    this.input = input;
    List<QuantizedWeight> weights = LayoutReport.of(input.infos()).weights();
    if (weights.isEmpty()) {
      throw new IllegalArgumentException(input.file() + ": no quantised weight in a layout that is known");
    }
    this.target = layout.checkpoint(WeightReader.profileOf(weights.getFirst().layout()).format());
    for (QuantizedWeight weight : weights) {
      layout.checkpoint(WeightReader.profileOf(weight.layout()).format());
      if (weight.tensorScale().map(TensorInfo::elementCount).orElse(1L) != 1) {
        throw new IllegalArgumentException(weight.name() + " has a tensor scale for each expert: expected one");
      }
      byCodes.put(weight.codes().name(), weight);
      weight.tensors().forEach(info -> parts.add(info.name()));
    }
  }

  /** Writes {@code output}; returns how many weights were moved. */
  public int write(Path output) throws IOException {
    List<TensorInfo> declared = new ArrayList<>();
    Map<String, QuantizedWeight> moved = new HashMap<>();
    for (Tensor tensor : input.tensors().values()) {
      QuantizedWeight weight = byCodes.get(tensor.name());
      if (weight != null) {
        QuantizedWeight to = described(weight);
        moved.put(tensor.name(), to);
        declared.addAll(to.tensors());
      } else if (!parts.contains(tensor.name())) {
        declared.add(tensor.info());
      }
    }
    try (TensorWriter writer = CheckpointWriter.create(output, input, target, "", declared)) {
      for (Tensor tensor : input.tensors().values()) {
        if (moved.containsKey(tensor.name())) {
          move(byCodes.get(tensor.name()), moved.get(tensor.name()), writer);
        } else if (!parts.contains(tensor.name())) {
          writer.append(tensor);
        }
      }
      writer.commit();
    }
    return moved.size();
  }

  private QuantizedWeight described(QuantizedWeight weight) {
    QuantizedWeight to = target.describe(weight.name(), weight.shape());
    boolean hasInputScale = weight.inputScale().isPresent() && target.direction() != TensorScaleDirection.NONE;
    return hasInputScale ? to.withInputScale() : to;
  }

  private void move(QuantizedWeight from, QuantizedWeight to, TensorWriter writer) throws IOException {
    WeightReader reader = new WeightReader(input, from, WeightReader.profileOf(from.layout()));
    BlockBytes bytes = new BlockBytes(WeightReader.profileOf(from.layout()), target, reader.columns());
    int step = Math.max(1, PIECE / reader.columns());
    for (long row = 0; row < reader.rows(); row += step) {
      int count = (int) Math.min(step, reader.rows() - row);
      BlockTensor piece = reader.rows(row, count);
      writer.append(to.codes().name(), bytes.codes(MemorySegment.ofArray(piece.codes()), MemorySegment.ofArray(piece.scales()), count));
      if (target.fileFormat() == FileFormat.SAFETENSORS) {
        writer.append(to.scales().orElseThrow().name(), MemorySegment.ofArray(piece.scales()));
      }
    }
    if (to.tensorScale().isPresent()) {
      append(to.tensorScale().get(), turned(reader.fileScale(0), from.direction()), writer);
    }
    if (to.inputScale().isPresent()) {
      float scale = input.tensor(from.inputScale().orElseThrow().name()).orElseThrow().toFloats()[0];
      append(to.inputScale().get(), turned(scale, from.direction()), writer);
    }
  }

  private float turned(float scale, TensorScaleDirection from) {
    boolean same = from == target.direction() || from == TensorScaleDirection.NONE;
    return same ? scale : 1 / scale;
  }

  private static void append(TensorInfo info, float value, TensorWriter writer) throws IOException {
    writer.append(Tensor.ofFloats(info.name(), new float[] {value}, info.shape()));
  }
}
