package io.github.fp4j.conformance.cli;

import io.github.fp4j.conformance.report.ReportFolder;
import io.github.fp4j.conformance.vectors.QuestionWriter;
import io.github.fp4j.conformance.vectors.VectorHeader;
import io.github.fp4j.conformance.vectors.VectorSuite;
import io.github.fp4j.conformance.vectors.VectorSuites;
import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.OutputStreamWriter;
import java.io.StringWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fp4j generate}: the questions of a vector suite. */
@Command(
    name = "generate",
    description = {
      "Write the questions of a vector suite, the same everywhere for one seed: fp4j generate SUITE | subject | fp4j verify.",
      "A subject prints the lines that begin with # as it reads them, and for every question one line: its id and the arrays of the answer."
    },
    footer = {
      "",
      "A line is an id, an operation, its arguments and its arrays, each array one word of hexadecimal digits, an absent one -. The operations:",
      "  encode CONVERSION values -> codes",
      "  decode FORMAT codes -> values",
      "  quantize PROFILE ROWS COLUMNS tensor-scale values -> scales codes",
      "  swizzle LAYOUT ROWS COLUMNS scales -> swizzled",
      "  gemm FORMAT M N K a-codes a-scales b-codes b-scales c -> d",
      "  epilogue OUTPUT FORMAT M N K a-codes a-scales b-codes b-scales alpha beta c bias -> d",
      "conformance-tests/VECTORS.md has the shapes, examples and readers."
    },
    mixinStandardHelpOptions = true)
final class GenerateCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  private What what;

  /** A suite or the list of suites. */
  private static final class What {
    @Parameters(index = "0", arity = "0..1", paramLabel = "SUITE", description = "The suite; see --list.")
    private @Nullable String suite;

    @Option(names = "--list", required = true, description = "Print the names of all suites.")
    private boolean list;
  }

  @Option(names = "--seed", paramLabel = "S", defaultValue = "1", description = "Seed of what is random in it (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--count", paramLabel = "N", description = "Only its first N questions (default: all).")
  private @Nullable Integer count;

  @Option(names = "--out", paramLabel = "FILE", description = "Write here instead of to standard output.")
  private @Nullable Path out;

  @Override
  public Integer call() throws IOException {
    if (what.list) {
      VectorSuites.names().forEach(spec.commandLine().getOut()::println);
      return ExitCode.OK;
    }
    VectorSuite suite = VectorSuites.byName(Objects.requireNonNull(what.suite), seed);
    VectorHeader header = VectorHeader.of(suite, count == null ? suite.count() : count);
    if (out == null) {
      try (Writer text = new BufferedWriter(new OutputStreamWriter(new FileOutputStream(FileDescriptor.out), StandardCharsets.US_ASCII), 1 << 16)) {
        QuestionWriter.write(header, suite, text);
      } catch (IOException e) {
        throw new IOException("standard output was closed before every question was written (" + e.getMessage() + "); expected a reader that takes all", e);
      }
    } else {
      StringWriter text = new StringWriter();
      QuestionWriter.write(header, suite, text);
      ReportFolder.place(out, text.toString());
    }
    spec.commandLine().getErr().printf("%s, seed %d: %,d questions%n", header.suite(), header.seed(), header.count());
    return ExitCode.OK;
  }
}
