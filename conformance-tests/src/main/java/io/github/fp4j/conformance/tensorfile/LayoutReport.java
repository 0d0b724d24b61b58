package io.github.fp4j.conformance.tensorfile;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The quantised weights among the tensors of a file.
 *
 * @param weights in the order of their codes
 * @param problems one sentence each, of what has the names and types of a layout and breaks its rules; such are not among {@code weights}
 */
public record LayoutReport(List<QuantizedWeight> weights, List<String> problems) {
  /** Recognises every layout in {@code tensors}, which may mix them. */
  public static LayoutReport of(Collection<TensorInfo> tensors) {
    Map<String, TensorInfo> byName = new LinkedHashMap<>();
    tensors.forEach(tensor -> byName.put(tensor.name(), tensor));
    LayoutReport report = new LayoutReport(new ArrayList<>(), new ArrayList<>());
    for (TensorInfo tensor : tensors) {
      for (CheckpointLayout layout : CheckpointLayout.values()) {
        layout.weightName(tensor).ifPresent(name -> report.add(layout, name, tensor, byName));
      }
    }
    return new LayoutReport(List.copyOf(report.weights), List.copyOf(report.problems));
  }

  /** The layouts of {@link #weights}, each once, in order. */
  public List<CheckpointLayout> layouts() {
    return weights.stream().map(QuantizedWeight::layout).distinct().toList();
  }

  private void add(CheckpointLayout layout, String name, TensorInfo codes, Map<String, TensorInfo> byName) {
    QuantizedWeight expected;
    try {
      expected = layout.describe(name, layout.weightShape(codes.shape()));
    } catch (IllegalArgumentException | ArithmeticException e) {
      return; // bytes of another meaning: no shape of a weight has such codes
    }
    Optional<TensorInfo> scales = expected.scales().map(TensorInfo::name).map(byName::get);
    if (expected.scales().isPresent() && (scales.isEmpty() || scales.get().type() != expected.scales().get().type())) {
      return;
    }
    int before = problems.size();
    requireShape(layout, codes, expected.codes());
    scales.ifPresent(found -> requireShape(layout, found, expected.scales().orElseThrow()));
    Optional<TensorInfo> tensorScale = tensorScale(expected, byName);
    Optional<TensorInfo> inputScale =
        layout.direction() == TensorScaleDirection.NONE ? Optional.empty() : Optional.ofNullable(byName.get(layout.inputScale(name).name()));
    inputScale.ifPresent(found -> requireScale(expected, found));
    if (problems.size() == before) {
      weights.add(new QuantizedWeight(layout, name, codes, scales, tensorScale, inputScale, expected.shape()));
    }
  }

  private Optional<TensorInfo> tensorScale(QuantizedWeight expected, Map<String, TensorInfo> byName) {
    if (expected.tensorScale().isEmpty()) {
      return Optional.empty();
    }
    String name = expected.tensorScale().get().name();
    TensorInfo found = byName.get(name);
    if (found != null) {
      requireScale(expected, found);
    } else if (expected.layout().fileFormat() != FileFormat.GGUF) {
      problems.add("weight " + Fault.quote(expected.name()) + " has no " + Fault.quote(name) + ", which the layout " + expected.layout().id() + " needs");
    }
    return Optional.ofNullable(found);
  }

  private void requireShape(CheckpointLayout layout, TensorInfo found, TensorInfo expected) {
    if (!Arrays.equals(found.shape(), expected.shape())) {
      String shapes = "shape " + Arrays.toString(found.shape()) + ", expected " + Arrays.toString(expected.shape());
      problems.add("tensor " + Fault.quote(found.name()) + ": " + shapes + " in the layout " + layout.id());
    }
  }

  private void requireScale(QuantizedWeight expected, TensorInfo found) {
    long[] shape = expected.shape();
    long experts = TensorInfo.elementCount(Arrays.copyOf(shape, Math.max(0, shape.length - 2)));
    if (found.type() != DataType.F32 || found.elementCount() != 1 && found.elementCount() != experts) {
      String wanted = experts == 1 ? "one F32 element" : "one F32 element or " + experts;
      problems.add("tensor " + Fault.quote(found.name()) + ": " + found.type() + Arrays.toString(found.shape()) + ", expected " + wanted);
    }
  }
}
