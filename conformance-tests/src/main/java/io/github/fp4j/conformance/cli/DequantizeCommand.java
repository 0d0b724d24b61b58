package io.github.fp4j.conformance.cli;

import io.github.fp4j.conformance.checkpoint.CheckpointDequantizer;
import io.github.fp4j.conformance.checkpoint.RawDequantizer;
import io.github.fp4j.conformance.tensorfile.DataType;
import io.github.fp4j.conformance.tensorfile.TensorFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fp4j dequantize}: a quantised file back to floats. */
@Command(
    name = "dequantize",
    description = {
      "Restore the quantised weights of a checkpoint, in the layouts of modelopt, compressed-tensors, mxfp4 or ggml, to a safetensors file.",
      "A folder that 'quantize --layout raw' made is restored to one npy file; --profile names the rules it was made with."
    },
    mixinStandardHelpOptions = true)
final class DequantizeCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "IN", description = "safetensors or GGUF file, or a raw folder.")
  private Path input = Path.of("");

  @Option(names = "--out", required = true, paramLabel = "OUT", description = "The file to write.")
  private Path output = Path.of("");

  @Option(names = "--type", paramLabel = "TYPE", defaultValue = "f32", description = "f32 (default), f16 or bf16; a raw folder gives f32.")
  private String type = "f32";

  @Option(names = "--profile", paramLabel = "NAME", description = "For a raw folder: the profile it was made with.")
  private @Nullable String profile;

  @Option(names = "--format", paramLabel = "FORMAT", description = "For a raw folder: the format, if not the profile's own.")
  private @Nullable String format;

  @Override
  public Integer call() throws IOException {
    if (Files.isDirectory(input)) {
      if (profile == null) {
        throw new IllegalArgumentException("--profile is missing: a raw folder does not say which profile made it");
      }
      new RawDequantizer(QuantizeCommand.rules(profile, format)).write(input, output);
      spec.commandLine().getOut().println("Wrote " + output);
      return ExitCode.OK;
    }
    try (Arena arena = Arena.ofShared()) {
      CheckpointDequantizer dequantizer = new CheckpointDequantizer(TensorFile.open(input, arena), elementType());
      try (WorkProgress progress = new WorkProgress("dequantize", dequantizer.work())) {
        int count = dequantizer.write(output, progress).size();
        spec.commandLine().getOut().printf("Restored %,d weights as %s; wrote %s%n", count, type, output);
      }
    }
    return ExitCode.OK;
  }

  private DataType elementType() {
    return switch (type.toLowerCase(Locale.ROOT)) {
      case "f32" -> DataType.F32;
      case "f16" -> DataType.F16;
      case "bf16" -> DataType.BF16;
      default -> throw new IllegalArgumentException("--type " + type + ": expected f32, f16 or bf16");
    };
  }
}
