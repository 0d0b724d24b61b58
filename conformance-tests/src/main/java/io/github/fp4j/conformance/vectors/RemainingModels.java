package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.judge.Mismatch;
import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.Gemm;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Which published accumulators give all of a subject's answers, and which answer ruled out each of the others. */
final class RemainingModels implements Finding {
  private final List<AccumulationModel> remaining;
  private final Map<String, String> excluded = new LinkedHashMap<>();
  private String first = "";

  RemainingModels(List<AccumulationModel> candidates) {
    remaining = new ArrayList<>(candidates);
  }

  @Override
  public void add(int number, VectorCase asked, List<Tensor> answer) {
    GemmQuestion product = GemmQuestion.of(asked.question());
    float[] d = answer.getFirst().toFloats();
    float[] expected = new float[d.length];
    for (AccumulationModel model : List.copyOf(remaining)) {
      Gemm.of(model, product.a(), product.b()).multiply(product.c(), expected, Runnable::run);
      for (int i = 0; i < d.length; i++) {
        int bits = Float.floatToRawIntBits(d[i]);
        if (bits != Float.floatToRawIntBits(expected[i])) {
          String place = "%s, D[%d, %d]".formatted(asked.name(), i / product.b().rows(), i % product.b().rows());
          excluded.put(model.id(), "%s: %08x, where it gives %08x".formatted(place, bits, Float.floatToRawIntBits(expected[i])));
          remaining.remove(model);
          first = remaining.isEmpty() ? place : first;
          break;
        }
      }
    }
  }

  @Override
  public List<Mismatch> faults() {
    return remaining.isEmpty()
        ? List.of(new Mismatch(Verdict.MISMATCH, first, "the answers of one published accumulator", "answers that none of them gives"))
        : List.of();
  }

  @Override
  public List<String> lines() {
    List<String> lines = new ArrayList<>();
    excluded.forEach((model, why) -> lines.add("not " + model + ": " + why));
    lines.add("accumulator: " + (remaining.isEmpty() ? "none that is published" : remaining.stream().map(AccumulationModel::id).collect(Collectors.joining(" or "))));
    return lines;
  }
}
