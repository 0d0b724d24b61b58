package io.github.fp4j.conformance.cli;

import io.github.fp4j.backend.ReferenceBackend;
import io.github.fp4j.conformance.checkpoint.BlockComparison;
import io.github.fp4j.conformance.report.ProfileMatrix;
import io.github.fp4j.conformance.tensorfile.FloatElements;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.conformance.tensorfile.TensorFile;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.Exactness;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fp4j profiles}: what each named stack does, and how they differ on real data. */
@Command(
    name = "profiles",
    description = "List the quantisation profiles; with --matrix, run every one against every other on one array and draw where they differ.",
    mixinStandardHelpOptions = true)
final class ProfilesCommand implements Callable<Integer> {
  private static final int MOST_ELEMENTS = 1 << 22;

  @Spec private CommandSpec spec;

  @Option(names = "--matrix", paramLabel = "FILE", description = "npy file, or the first float matrix of a safetensors or GGUF file; at most 4 M elements are used.")
  private @Nullable Path matrix;

  @Option(names = "--out", paramLabel = "HTML", defaultValue = "profiles.html", description = "The page that --matrix writes (default profiles.html).")
  private Path output = Path.of("profiles.html");

  @Override
  public Integer call() throws IOException {
    if (matrix == null) {
      list();
    } else {
      compareAll(matrix);
    }
    return ExitCode.OK;
  }

  private void list() {
    PrintWriter out = spec.commandLine().getOut();
    out.printf("%-22s %-8s %-7s %-22s %-26s %-14s %s%n", "profile", "format", "tensor", "block scale", "element", "exact", "source");
    for (QuantizationProfile profile : Profiles.all()) {
      String exact = profile.exactness() instanceof Exactness.HardwareOnly ? "hardware only" : "on any CPU";
      out.printf(
          "%-22s %-8s %-7s %-22s %-26s %-14s %s%n",
          profile.id(), profile.format(), kebab(profile.tensorScale().direction()), kebab(profile.blockScale().formula()), kebab(profile.element().encode()), exact,
          profile.source());
    }
  }

  private static String kebab(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  private void compareAll(Path file) throws IOException {
    List<BlockTensor> tensors = new ArrayList<>();
    List<String> refused = new ArrayList<>();
    String what;
    try (Arena arena = Arena.ofConfined()) {
      TensorFile opened = TensorFile.open(file, arena);
      Tensor tensor =
          opened.tensors().values().stream()
              .filter(candidate -> FloatElements.supports(candidate.info().type()) && candidate.info().elementCount() > 0)
              .findFirst()
              .orElseThrow(() -> new IllegalArgumentException(file + " holds no array of floats"));
      int columns = Math.toIntExact(tensor.info().columns());
      int rows = (int) Math.min(tensor.info().rows(), Math.max(1, MOST_ELEMENTS / columns));
      float[] values = new float[Math.multiplyExact(rows, columns)];
      new FloatElements().read(tensor, 0, values, 0, values.length);
      what = "%s, %,d x %,d elements".formatted((file.getFileName() + " " + tensor.name()).strip(), rows, columns);
      for (QuantizationProfile profile : Profiles.all()) {
        try {
          tensors.add(ReferenceBackend.INSTANCE.blocks().orElseThrow().quantize(profile, Blocking.ROWS, FloatRows.of(values, rows, columns)));
        } catch (IllegalArgumentException e) {
          refused.add(e.getMessage());
        }
      }
    }
    tensors.sort(Comparator.comparingInt(tensor -> tensor.profile().format().blockSize())); // what can be compared stands together
    ProfileMatrix page = new ProfileMatrix(what, refused);
    for (BlockTensor a : tensors) {
      for (BlockTensor b : tensors) {
        if (comparable(a, b)) {
          BlockComparison comparison = BlockComparison.of(a, b, 0);
          page.add(a.profile().id(), b.profile().id(), share(comparison.codeDifferences(), comparison.codes()), share(comparison.scaleDifferences(), comparison.scales()));
        }
      }
    }
    page.write(output);
    refused.forEach(reason -> spec.commandLine().getOut().println("left out: " + reason));
    spec.commandLine().getOut().printf("Compared %d profiles on %s, left out %d; wrote %s%n", tensors.size(), what, refused.size(), output);
  }

  private static boolean comparable(BlockTensor a, BlockTensor b) {
    return a.profile().format().element().equals(b.profile().format().element()) && a.profile().format().blockSize() == b.profile().format().blockSize();
  }

  private static double share(long part, long whole) {
    return whole == 0 ? 0 : (double) part / whole;
  }
}
