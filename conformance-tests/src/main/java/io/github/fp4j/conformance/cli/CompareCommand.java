package io.github.fp4j.conformance.cli;

import io.github.fp4j.backend.ReferenceBackend;
import io.github.fp4j.conformance.checkpoint.BlockComparison;
import io.github.fp4j.conformance.checkpoint.WeightReader;
import io.github.fp4j.conformance.report.ComparisonPage;
import io.github.fp4j.conformance.tensorfile.FloatElements;
import io.github.fp4j.conformance.tensorfile.LayoutReport;
import io.github.fp4j.conformance.tensorfile.QuantizedWeight;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.conformance.tensorfile.TensorFile;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.io.IOException;
import java.io.PrintWriter;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fp4j compare}: two quantised files, or one input under two profiles, bit by bit. */
@Command(
    name = "compare",
    description = {
      "Compare two quantised files weight by weight (fp4j compare A B), or what two profiles make of one.",
      "With --profiles, one input is quantised under both: fp4j compare IN --profiles te-2.15,torchao."
    },
    mixinStandardHelpOptions = true)
final class CompareCommand implements Callable<Integer> {
  private static final int MOST_ELEMENTS = 1 << 22;

  @Spec private CommandSpec spec;

  @Parameters(index = "0", paramLabel = "A", description = "A quantised file; or, with --profiles, a file of floats.")
  private Path first = Path.of("");

  @Parameters(index = "1", arity = "0..1", paramLabel = "B", description = "Another quantised file.")
  private @Nullable Path second;

  @Option(names = "--profiles", split = ",", paramLabel = "P,Q", description = "Two profiles.")
  private List<String> profiles = new ArrayList<>();

  @Option(names = "--first", paramLabel = "N", defaultValue = "10", description = "Differences shown per weight (default 10).")
  private int limit;

  @Option(names = "--picture", paramLabel = "HTML", description = "Write a page that shows where the differences lie.")
  private @Nullable Path picture;

  private long differences;

  @Override
  public Integer call() throws IOException {
    ComparisonPage page = new ComparisonPage();
    if (second != null && profiles.isEmpty()) {
      files(first, second, page);
    } else if (second == null && profiles.size() == 2) {
      profiles(page);
    } else {
      throw new IllegalArgumentException("expected two files (A B), or one file and --profiles with two names");
    }
    if (picture != null) {
      page.write(picture);
      spec.commandLine().getOut().println("Wrote " + picture);
    }
    return differences == 0 ? ExitCode.OK : ExitCode.MISMATCH;
  }

  private void profiles(ComparisonPage page) throws IOException {
    QuantizationProfile one = Profiles.byId(profiles.get(0));
    QuantizationProfile other = Profiles.byId(profiles.get(1));
    try (Arena arena = Arena.ofConfined()) {
      TensorFile file = TensorFile.open(first, arena);
      int compared = 0;
      for (Tensor tensor : file.tensors().values()) {
        if (FloatElements.supports(tensor.info().type()) && tensor.info().elementCount() > 0 && (tensor.info().shape().length > 1 || file.tensors().size() == 1)) {
          FloatRows rows = rows(tensor);
          show(tensor.name().isEmpty() ? first.getFileName().toString() : tensor.name(), one.id(), other.id(), quantize(one, rows), quantize(other, rows), page);
          compared++;
        }
      }
      if (compared == 0) {
        throw new IllegalArgumentException(first + " holds no matrix of floats");
      }
    }
  }

  /** At most {@link #MOST_ELEMENTS} elements, in whole rows. */
  private static FloatRows rows(Tensor tensor) {
    int columns = Math.toIntExact(tensor.info().columns());
    int rows = (int) Math.min(tensor.info().rows(), Math.max(1, MOST_ELEMENTS / columns));
    float[] values = new float[Math.multiplyExact(rows, columns)];
    new FloatElements().read(tensor, 0, values, 0, values.length);
    return FloatRows.of(values, rows, columns);
  }

  private static BlockTensor quantize(QuantizationProfile profile, FloatRows rows) {
    return ReferenceBackend.INSTANCE.blocks().orElseThrow().quantize(profile, Blocking.ROWS, rows);
  }

  private void files(Path a, Path b, ComparisonPage page) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      TensorFile one = TensorFile.open(a, arena);
      TensorFile other = TensorFile.open(b, arena);
      Map<String, QuantizedWeight> others =
          LayoutReport.of(other.infos()).weights().stream().collect(Collectors.toMap(QuantizedWeight::name, Function.identity(), (x, y) -> x));
      int compared = 0;
      for (QuantizedWeight weight : LayoutReport.of(one.infos()).weights()) {
        Optional<QuantizedWeight> partner = Optional.ofNullable(others.get(weight.name()));
        if (partner.isPresent()) {
          show(weight.name(), a.getFileName().toString(), b.getFileName().toString(), read(one, weight), read(other, partner.get()), page);
          compared++;
        } else {
          spec.commandLine().getOut().println(weight.name() + ": only in " + a);
          differences++;
        }
      }
      if (compared == 0) {
        throw new IllegalArgumentException(a + " and " + b + " share no quantised weight of one name");
      }
    }
  }

  private static BlockTensor read(TensorFile file, QuantizedWeight weight) {
    WeightReader reader = new WeightReader(file, weight, WeightReader.profileOf(weight.layout()));
    return reader.rows(0, (int) Math.min(reader.rows(), Math.max(1, MOST_ELEMENTS / reader.columns())));
  }

  private void show(String name, String labelA, String labelB, BlockTensor a, BlockTensor b, ComparisonPage page) {
    PrintWriter out = spec.commandLine().getOut();
    BlockComparison comparison = BlockComparison.of(a, b, limit);
    out.printf(
        "%s: %,d of %,d codes and %,d of %,d scales differ; tensor scales %s and %s%n", name, comparison.codeDifferences(), comparison.codes(),
        comparison.scaleDifferences(), comparison.scales(), a.tensorScale(), b.tensorScale());
    comparison.first().forEach(difference -> out.println("    " + difference));
    differences += comparison.codeDifferences() + comparison.scaleDifferences();
    page.add(name, labelA, labelB, comparison.codes(), comparison.codeDifferences(), comparison.scales(), comparison.scaleDifferences(), comparison.first(), comparison.map());
  }
}
