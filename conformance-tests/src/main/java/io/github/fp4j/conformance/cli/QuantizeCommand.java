package io.github.fp4j.conformance.cli;

import io.github.fp4j.conformance.checkpoint.CheckpointQuantizer;
import io.github.fp4j.conformance.checkpoint.OutputLayout;
import io.github.fp4j.conformance.checkpoint.RawQuantizer;
import io.github.fp4j.conformance.checkpoint.TensorFilter;
import io.github.fp4j.conformance.checkpoint.TensorOutcome;
import io.github.fp4j.conformance.tensorfile.FileFormat;
import io.github.fp4j.conformance.tensorfile.TensorFile;
import io.github.fp4j.formats.block.BlockFormat;
import io.github.fp4j.formats.block.ErrorFigures;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fp4j quantize}: a file of tensors to a block format. */
@Command(
    name = "quantize",
    description = "Quantise the weights of a safetensors, GGUF or npy file exactly as a named stack does; see 'fp4j profiles'.",
    mixinStandardHelpOptions = true)
final class QuantizeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "IN", description = "safetensors, GGUF or npy file.")
  private Path input = Path.of("");

  @Option(names = "--profile", required = true, paramLabel = "NAME", description = "Whose rules, e.g. te-2.15, modelopt, torchao, ggml-nvfp4, ocp-mx.")
  private String profile = "";

  @Option(names = "--format", paramLabel = "FORMAT", description = "nvfp4, mxfp4, mxfp6-e2m3, mxfp6-e3m2, mxfp8-e4m3, mxfp8-e5m2 (default: the profile's own).")
  private @Nullable String format;

  @Option(names = "--layout", paramLabel = "LAYOUT", description = "modelopt, compressed-tensors, mxfp4, ggml, raw (default: the profile's own; raw for npy).")
  private @Nullable String layout;

  @Option(names = "--out", required = true, paramLabel = "OUT", description = "The file to write; with layout raw a folder.")
  private Path output = Path.of("");

  @Option(names = "--include", split = ",", paramLabel = "GLOB", description = "Only tensors whose name matches, e.g. '*.mlp.*'.")
  private List<String> include = new ArrayList<>();

  @Option(names = "--exclude", split = ",", paramLabel = "GLOB", description = "No tensors whose name matches, e.g. '*embed*,lm_head*'.")
  private List<String> exclude = new ArrayList<>();

  @Option(names = "--threads", paramLabel = "N", description = "Threads (default: one per core).")
  private int threads = Runtime.getRuntime().availableProcessors();

  @Override
  public Integer call() throws IOException {
    if (threads < 1) {
      throw new IllegalArgumentException("--threads " + threads + ": expected at least 1");
    }
    QuantizationProfile rules = rules(profile, format);
    rules.requireCpuExact();
    try (Arena arena = Arena.ofShared()) {
      TensorFile file = TensorFile.open(input, arena);
      OutputLayout chosen = layout != null ? OutputLayout.byId(layout) : file.format() == FileFormat.NPY ? OutputLayout.RAW : OutputLayout.naturalFor(rules);
      print(chosen == OutputLayout.RAW ? raw(file, rules) : checkpoint(file, rules, chosen));
    }
    return ExitCode.OK;
  }

  static QuantizationProfile rules(String profile, @Nullable String format) {
    QuantizationProfile rules = Profiles.byId(profile);
    if (format == null || format.equals(rules.format().name())) {
      return rules;
    }
    BlockFormat wanted =
        BlockFormat.byName(format)
            .orElseThrow(
                () -> new IllegalArgumentException(
                    "--format " + format + ": expected one of " + BlockFormat.named().stream().map(BlockFormat::name).collect(Collectors.joining(", "))));
    if (!wanted.scale().equals(rules.format().scale())) {
      throw new IllegalArgumentException("--format " + format + ": the profile " + profile + " has rules for " + rules.format() + "; expected a profile of " + format);
    }
    return rules.with(wanted);
  }

  private List<TensorOutcome> raw(TensorFile file, QuantizationProfile rules) throws IOException {
    if (file.tensors().size() != 1) {
      throw new IllegalArgumentException(file.file() + " holds " + file.tensors().size() + " tensors: layout raw takes one npy file; expected another --layout");
    }
    if (!include.isEmpty() || !exclude.isEmpty()) {
      throw new IllegalArgumentException("--include and --exclude choose among tensors: layout raw takes the only one of " + file.file());
    }
    RawQuantizer quantizer = new RawQuantizer(file.tensors().firstEntry().getValue(), rules);
    try (WorkProgress progress = new WorkProgress("quantize", quantizer.work())) {
      return quantizer.write(output, threads, progress);
    }
  }

  private List<TensorOutcome> checkpoint(TensorFile file, QuantizationProfile rules, OutputLayout chosen) throws IOException {
    CheckpointQuantizer quantizer = new CheckpointQuantizer(file, rules, chosen, new TensorFilter(include, exclude));
    try (WorkProgress progress = new WorkProgress("quantize", quantizer.work())) {
      return quantizer.write(output, threads, progress);
    }
  }

  private void print(List<TensorOutcome> outcomes) {
    PrintWriter out = spec.commandLine().getOut();
    out.printf("%-48s %-18s %9s %11s %11s %10s %10s%n", "tensor", "shape", "SQNR dB", "mean error", "max error", "saturated", "underflow");
    ErrorFigures total = ErrorFigures.NONE;
    for (TensorOutcome outcome : outcomes) {
      String name = outcome.tensor().name().isEmpty() ? input.getFileName().toString() : outcome.tensor().name();
      switch (outcome) {
        case TensorOutcome.Quantized(var tensor, ErrorFigures figures) -> {
          row(out, name, Arrays.toString(tensor.shape()), figures);
          total = total.plus(figures);
        }
        case TensorOutcome.Copied(var tensor, String reason) -> out.printf("%-48s %-18s copied: %s%n", name, Arrays.toString(tensor.shape()), reason);
      }
    }
    row(out, "all", "", total);
    out.println("Wrote " + output);
  }

  private static void row(PrintWriter out, String name, String shape, ErrorFigures figures) {
    out.printf(
        "%-48s %-18s %9.2f %11.4g %11.4g %,10d %,10d%s%n",
        name, shape, figures.sqnr(), figures.meanError(), figures.maxError(), figures.saturated(), figures.underflowed(),
        figures.nonFinite() == 0 ? "" : "  (%,d elements not finite)".formatted(figures.nonFinite()));
  }
}
