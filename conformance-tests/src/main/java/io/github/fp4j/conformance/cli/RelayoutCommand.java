package io.github.fp4j.conformance.cli;

import io.github.fp4j.conformance.checkpoint.CheckpointRelayout;
import io.github.fp4j.conformance.checkpoint.OutputLayout;
import io.github.fp4j.conformance.tensorfile.TensorFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fp4j relayout}: from one checkpoint layout to another. */
@Command(
    name = "relayout",
    description = "Move the quantised weights of a checkpoint to another layout without quantising them anew: every code and scale keeps its bits.",
    mixinStandardHelpOptions = true)
final class RelayoutCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(paramLabel = "IN", description = "safetensors or GGUF file with quantised weights.")
  private Path input = Path.of("");

  @Option(names = "--layout", required = true, paramLabel = "LAYOUT", description = "modelopt, compressed-tensors or ggml for NVFP4; mxfp4 or ggml for MXFP4.")
  private String layout = "";

  @Option(names = "--out", required = true, paramLabel = "OUT", description = "The file to write.")
  private Path output = Path.of("");

  @Override
  public Integer call() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      int moved = new CheckpointRelayout(TensorFile.open(input, arena), OutputLayout.byId(layout)).write(output);
      spec.commandLine().getOut().printf("Moved %,d weights to the layout %s; wrote %s%n", moved, layout, output);
    }
    return ExitCode.OK;
  }
}
