package io.github.fp4j.conformance.cli;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.bridge.NativeLibraryBackend;
import io.github.fp4j.conformance.subject.BackendAnswers;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.conformance.vectors.Operation;
import io.github.fp4j.conformance.vectors.Question;
import io.github.fp4j.formats.gemm.AccumulationModels;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fp4j answer}: a backend or a native library as a subject on a pipe. */
@Command(
    name = "answer",
    description = {
      "Answer vectors on standard input with a backend or a native library: fp4j generate SUITE | fp4j answer --backend simd-512 | fp4j verify.",
      "Every call is made twice, on outputs that are poisoned differently."
    },
    mixinStandardHelpOptions = true)
final class AnswerCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  private Who who;

  /** Who answers. */
  private static final class Who {
    @Option(names = "--backend", paramLabel = "NAME", description = "A backend; see 'fp4j doctor'.")
    private @Nullable String backend;

    @Option(names = "--library", paramLabel = "FILE", description = "A shared library with the C ABI of fp4j.h.")
    private @Nullable Path library;
  }

  @Option(
      names = "--model",
      split = ",",
      paramLabel = "ID",
      defaultValue = GemmKernels.OWN,
      description = "Accumulators of products, the first that takes their format (default: the backend's own); see 'fp4j gemm --list'.")
  private List<String> models = List.of();

  private int unsupportedProducts;

  @Override
  public Integer call() throws IOException {
    models.forEach(AnswerCommand::requireKnown);
    Backend backend = who.library != null ? NativeLibraryBackend.load(who.library) : Backends.byName(Objects.requireNonNull(who.backend));
    BackendAnswers answers = new BackendAnswers(backend, models);
    try (BufferedReader in = new BufferedReader(new InputStreamReader(new FileInputStream(FileDescriptor.in), StandardCharsets.US_ASCII), 1 << 16);
        Writer out = new BufferedWriter(new OutputStreamWriter(new FileOutputStream(FileDescriptor.out), StandardCharsets.US_ASCII), 1 << 16)) {
      answer(answers, in, out);
    }
    if (unsupportedProducts > 0) {
      spec.commandLine()
          .getErr()
          .printf(
              "fp4j answer: %,d products are unsupported: %s does not compute them under --model %s; expected one that it does, see 'fp4j gemm --list'%n",
              unsupportedProducts, backend.name(), String.join(",", models));
    }
    return ExitCode.OK;
  }

  private static void requireKnown(String model) {
    if (!model.equals(GemmKernels.OWN) && !model.equals(GemmKernels.FP32)) {
      AccumulationModels.byId(model);
    }
  }

  private void answer(BackendAnswers answers, BufferedReader in, Writer out) throws IOException {
    for (String line = in.readLine(); line != null; line = in.readLine()) {
      out.write(line.startsWith("#") ? line : answered(answers, line));
      out.write('\n');
      if (!in.ready()) {
        out.flush(); // whoever asks one question at a time waits for it
      }
    }
  }

  private String answered(BackendAnswers answers, String line) {
    int blank = line.indexOf(' ');
    if (blank < 0) {
      throw new IllegalArgumentException("\"" + line + "\" on standard input: expected an id and a question, as 'fp4j generate' writes them");
    }
    String id = line.substring(0, blank);
    Question question = Question.parse(line.substring(blank + 1));
    try {
      Optional<List<Tensor>> answer = answers.answer(question);
      boolean isProduct = question.operation() == Operation.GEMM || question.operation() == Operation.EPILOGUE;
      unsupportedProducts += answer.isEmpty() && isProduct ? 1 : 0;
      return id + " " + answer.map(Question::answerText).orElse("unsupported");
    } catch (IllegalArgumentException | IllegalStateException e) {
      return id + " failed " + e.getMessage();
    }
  }
}
