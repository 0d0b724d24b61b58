package io.github.fp4j.conformance.cli;

import io.github.fp4j.conformance.checkpoint.ScaleInspection;
import io.github.fp4j.conformance.checkpoint.WeightReader;
import io.github.fp4j.conformance.tensorfile.LayoutReport;
import io.github.fp4j.conformance.tensorfile.QuantizedWeight;
import io.github.fp4j.conformance.tensorfile.TensorFile;
import io.github.fp4j.conformance.tensorfile.TensorInfo;
import io.github.fp4j.conformance.tensorfile.TensorScaleDirection;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fp4j inspect}: what a file holds, which conventions it follows, what looks wrong. */
@Command(
    name = "inspect",
    description = "Show what a safetensors, GGUF or npy file holds, which layout its quantised weights follow, and what looks wrong about their scales.",
    mixinStandardHelpOptions = true)
final class InspectCommand implements Callable<Integer> {
  private static final int ROWS_AT_ONCE = 256;

  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "FILE", description = "safetensors, GGUF or npy file.")
  private Path input = Path.of("");

  @Override
  public Integer call() throws IOException {
    PrintWriter out = spec.commandLine().getOut();
    try (Arena arena = Arena.ofConfined()) {
      TensorFile file = TensorFile.open(input, arena);
      LayoutReport layouts = LayoutReport.of(file.infos());
      out.printf("%s: %s, %,d tensors, %,d metadata entries%n", input, file.format(), file.tensors().size(), file.metadata().size());
      file.metadata().entrySet().stream().limit(12).forEach(entry -> out.printf("  %s = %s%n", entry.getKey(), shortened(entry.getValue().toString())));
      int suspicious = weights(file, layouts.weights(), out);
      others(file, layouts.weights(), out);
      layouts.problems().forEach(problem -> out.println("! " + problem));
      suspicious += layouts.problems().size();
      out.println(counted(layouts.weights().size(), "quantised weight") + ", " + counted(suspicious, "suspicion"));
      return suspicious == 0 ? ExitCode.OK : ExitCode.MISMATCH;
    }
  }

  private static String counted(int number, String what) {
    return "%,d %s%s".formatted(number, what, number == 1 ? "" : "s");
  }

  private static String shortened(String text) {
    return text.length() <= 100 ? text : text.substring(0, 97) + "...";
  }

  private int weights(TensorFile file, List<QuantizedWeight> weights, PrintWriter out) {
    int suspicious = 0;
    for (QuantizedWeight weight : weights) {
      WeightReader reader = new WeightReader(file, weight, WeightReader.profileOf(weight.layout()));
      ScaleInspection scales = ScaleInspection.NONE;
      for (long row = 0; row < reader.rows(); row += ROWS_AT_ONCE) {
        int count = (int) Math.min(ROWS_AT_ONCE, reader.rows() - row);
        scales = scales.plus(ScaleInspection.of(reader.rows(row, count)));
      }
      float[] stored = reader.fileScales();
      float[] multipliers = stored.clone();
      for (int i = 0; i < stored.length && weight.direction() == TensorScaleDirection.ENCODE; i++) {
        multipliers[i] = 1 / stored[i];
      }
      out.printf("  %-44s %-16s %s  %s%n", weight.name(), Arrays.toString(weight.shape()), weight.layout().id(), convention(weight, stored));
      if (scales.largest() > 0) {
        FloatFormat format = WeightReader.profileOf(weight.layout()).format().scale();
        out.printf(
            "    block scales 0x%02x (%s) to 0x%02x (%s), %,d of %,d subnormal%n", scales.smallest(), ReferenceCodec.decode(format, scales.smallest()), scales.largest(),
            ReferenceCodec.decode(format, scales.largest()), scales.subnormalScales(), scales.blocks());
      }
      List<String> found = scales.suspicions(multipliers);
      found.forEach(suspicion -> out.println("    ! " + suspicion));
      suspicious += found.size();
    }
    return suspicious;
  }

  private static String convention(QuantizedWeight weight, float[] stored) {
    if (weight.tensorScale().isEmpty()) {
      return "no tensor scale";
    }
    String direction = weight.direction() == TensorScaleDirection.ENCODE ? "divides on the way out (2688/amax)" : "multiplies on the way out (amax/2688)";
    return weight.tensorScale().get().name() + " = " + stored[0] + (stored.length == 1 ? ", " : " and %,d more, ".formatted(stored.length - 1)) + direction;
  }

  private static void others(TensorFile file, List<QuantizedWeight> weights, PrintWriter out) {
    Set<String> parts = new HashSet<>();
    weights.forEach(weight -> weight.tensors().forEach(info -> parts.add(info.name())));
    for (TensorInfo info : file.infos()) {
      if (!parts.contains(info.name())) {
        out.printf("  %-44s %-16s %s%n", info.name(), Arrays.toString(info.shape()), info.type());
      }
    }
  }
}
