package io.github.fp4j.conformance.checkpoint;

import io.github.fp4j.conformance.tensorfile.CheckpointLayout;
import io.github.fp4j.conformance.tensorfile.FileFormat;
import io.github.fp4j.conformance.tensorfile.FloatElements;
import io.github.fp4j.conformance.tensorfile.QuantizedWeight;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.conformance.tensorfile.TensorFile;
import io.github.fp4j.conformance.tensorfile.TensorInfo;
import io.github.fp4j.conformance.tensorfile.TensorWriter;
import io.github.fp4j.formats.block.ErrorFigures;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.LongConsumer;
import java.util.stream.Collectors;

/**
 * Quantises the weights of a safetensors, GGUF or npy file under one profile into a checkpoint layout; every other tensor is copied. Memory is that of a few
 * pieces; the output appears under its name when it is complete.
 */
public final class CheckpointQuantizer {
  private final TensorFile input;
  private final QuantizationProfile profile;
  private final CheckpointLayout layout;
  private final List<Step> steps = new ArrayList<>();

  /** One tensor of the input: quantised into {@code weight}, or copied for {@code reason}. */
  private record Step(Tensor tensor, Optional<QuantizedWeight> weight, String reason) {
    String refusal() {
      return (tensor.name().isEmpty() ? "the array" : tensor.name()) + ": " + reason;
    }
  }

  /**
   * Plans the conversion of {@code input}.
   *
   * @throws IllegalArgumentException if nothing in it is to be quantised, or the layout cannot hold the profile's format
   */
  public CheckpointQuantizer(TensorFile input, QuantizationProfile profile, OutputLayout layout, TensorFilter filter) {
    this.input = input;
    this.profile = profile;
    this.layout = layout.checkpoint(profile.format());
    input.tensors().values().forEach(tensor -> steps.add(plan(tensor, filter)));
    if (steps.stream().allMatch(step -> step.weight().isEmpty())) {
      String why = steps.stream().limit(3).map(Step::refusal).collect(Collectors.joining("; "));
      throw new IllegalArgumentException(input.file() + ": nothing to quantise: " + (steps.isEmpty() ? "no tensor is in it" : why));
    }
  }

  private Step plan(Tensor tensor, TensorFilter filter) {
    TensorInfo info = tensor.info();
    String name = info.name().isEmpty() ? "tensor.weight" : info.name();
    String reason = reasonAgainst(info, filter);
    if (reason.isEmpty() && layout.fileFormat() == FileFormat.SAFETENSORS && layout != CheckpointLayout.MXFP4 && !name.endsWith(".weight")) {
      reason = "its name does not end in .weight, as the layout " + layout.id() + " needs";
    }
    return reason.isEmpty() ? new Step(tensor, Optional.of(layout.describe(name, info.shape())), "") : new Step(tensor, Optional.empty(), reason);
  }

  private String reasonAgainst(TensorInfo info, TensorFilter filter) {
    if (!FloatElements.supports(info.type())) {
      return info.type() + " is no float type";
    }
    if (!filter.accepts(info.name())) {
      return "left out by name";
    }
    if (info.shape().length < 2) {
      return "has fewer than two dimensions";
    }
    int multiple = Math.max(layout.columnsMultiple(), profile.rowMultiple());
    return info.columns() % multiple != 0 ? "K = " + info.columns() + " is no multiple of " + multiple : "";
  }

  /** Elements that will be read, the pass for the largest magnitude counted: what the progress adds up to. */
  public long work() {
    long passes = hasTensorScale() ? 2 : 1;
    return steps.stream().filter(step -> step.weight().isPresent()).mapToLong(step -> passes * step.tensor().info().elementCount()).sum();
  }

  private boolean hasTensorScale() {
    return profile.format().hasTensorScale();
  }

  /** Writes {@code output}; the outcomes are in the order of the input. */
  public List<TensorOutcome> write(Path output, int threads, LongConsumer progress) throws IOException {
    List<TensorInfo> declared = new ArrayList<>();
    for (Step step : steps) {
      step.weight().ifPresentOrElse(weight -> declared.addAll(weight.tensors()), () -> declared.add(step.tensor().info()));
    }
    List<TensorOutcome> outcomes = new ArrayList<>();
    try (TensorWriter writer = CheckpointWriter.create(output, input, layout, profile.id(), declared);
        RowStream rows = new RowStream(profile, threads, progress)) {
      for (Step step : steps) {
        outcomes.add(write(step, writer, rows));
      }
      writer.commit();
    }
    return outcomes;
  }

  private TensorOutcome write(Step step, TensorWriter writer, RowStream stream) throws IOException {
    TensorInfo info = step.tensor().info();
    if (step.weight().isEmpty()) {
      writer.append(step.tensor());
      return new TensorOutcome.Copied(info, step.reason());
    }
    QuantizedWeight weight = step.weight().get();
    int columns = Math.toIntExact(info.columns());
    float tensorScale = hasTensorScale() ? profile.tensorScaleOf(stream.amax(step.tensor(), info.rows(), columns)) : 1;
    BlockBytes bytes = new BlockBytes(profile, layout, columns);
    ErrorFigures figures =
        stream.quantize(
            step.tensor(),
            info.rows(),
            columns,
            tensorScale,
            (codes, scales, count) -> {
              writer.append(weight.codes().name(), bytes.codes(codes, scales, count));
              if (weight.scales().isPresent()) {
                writer.append(weight.scales().get().name(), scales);
              }
            });
    if (weight.tensorScale().isPresent()) {
      float value = TensorScales.toFile(profile, tensorScale, layout.direction());
      writer.append(Tensor.ofFloats(weight.tensorScale().get().name(), new float[] {value}, weight.tensorScale().get().shape()));
    }
    return new TensorOutcome.Quantized(info, figures);
  }
}
