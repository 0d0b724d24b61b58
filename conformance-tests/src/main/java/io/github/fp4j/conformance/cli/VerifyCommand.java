package io.github.fp4j.conformance.cli;

import io.github.fp4j.conformance.judge.ClassResult;
import io.github.fp4j.conformance.judge.Judge;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.conformance.subject.ProcessSubject;
import io.github.fp4j.conformance.subject.ReceivedAnswers;
import io.github.fp4j.conformance.vectors.AnswerSheet;
import io.github.fp4j.conformance.vectors.VectorClass;
import io.github.fp4j.conformance.vectors.VectorHeader;
import io.github.fp4j.conformance.vectors.VectorSubject;
import io.github.fp4j.conformance.vectors.VectorSuite;
import io.github.fp4j.conformance.vectors.VectorSuites;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fp4j verify}: judges answers to a vector suite. */
@Command(
    name = "verify",
    description = {
      "Judge the answers to a vector suite: fp4j generate SUITE | subject | fp4j verify.",
      "The header names suite, seed, count and hash; the questions are generated again from it, so that answers need only their ids."
    },
    mixinStandardHelpOptions = true,
    exitCodeListHeading = "%nExit codes:%n",
    exitCodeList = {
      "0:every answer is right, and all are there",
      "1:at least one is wrong",
      "2:the header is wrong or missing, or a line is no answer",
      "3:answers are missing, unsupported, or there twice",
      "4:the subject crashed or timed out (with --subject)"
    })
final class VerifyCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", arity = "0..1", paramLabel = "FILE", description = "Answers as text, as a file, or a folder of npy files (default: text on standard input).")
  private @Nullable Path file;

  @Option(names = "--suite", paramLabel = "SUITE", description = "Refuse answers to any other suite; with --subject, the suite to put.")
  private @Nullable String suite;

  @Option(names = "--seed", paramLabel = "S", description = "Refuse answers with any other seed; with --subject, the seed (default: 1).")
  private @Nullable Long seed;

  @Option(names = "--count", paramLabel = "N", description = "Refuse answers to any other number of questions; with --subject, only the first N.")
  private @Nullable Integer count;

  @Option(names = "--subject", paramLabel = "COMMAND", description = "Run this command, put the suite to it twice, and judge.")
  private @Nullable String command;

  @Option(names = "--timeout", paramLabel = "SECONDS", converter = Seconds.class, defaultValue = "60", description = "End a --subject that prints nothing for so long (default: 60).")
  private Duration timeout = Duration.ZERO;

  @Option(names = "--mismatches", paramLabel = "N", defaultValue = "20", description = "Differences shown (default: 20; 0 shows all).")
  private int mismatches;

  @Override
  public Integer call() throws Exception {
    if (mismatches < 0) {
      throw new IllegalArgumentException("--mismatches " + mismatches + ": expected 0 or more");
    }
    if (command != null) {
      if (file != null || suite == null) {
        throw new IllegalArgumentException("--subject: expected --suite and no FILE with it");
      }
      VectorSuite asked = VectorSuites.byName(suite, seed == null ? 1 : seed);
      return judge(new ProcessSubject("subject", command, timeout), asked, count == null ? asked.count() : count);
    }
    try (Answers answers = Answers.open(file)) {
      VectorHeader header = answers.source().header();
      require("suite", header.suite(), suite);
      require("seed", header.seed(), seed);
      require("count", header.count(), count);
      return judge(new ReceivedAnswers(file == null ? "standard input" : file.toString(), answers.source()), header.regenerated(), header.count());
    }
  }

  private static void require(String name, Object found, @Nullable Object wanted) {
    if (wanted != null && !wanted.equals(found)) {
      throw new IllegalArgumentException("the answers are to " + name + " " + found + ": expected " + wanted);
    }
  }

  private int judge(VectorSubject subject, VectorSuite asked, int questions) throws InterruptedException {
    VectorClass question = new VectorClass(asked, questions, one -> true);
    ClassResult result;
    try (Workers workers = new Workers(1);
        LiveProgress progress = new LiveProgress(spec.commandLine().getErr())) {
      result = new Judge(List.of(question), mismatches).judge(List.of(subject), workers, progress).getFirst();
    }
    AnswerSheet sheet = Objects.requireNonNull(question.sheet().orElse(null));
    new VectorReport(result, sheet, spec.commandLine().getOut()).print(asked, questions);
    return VectorReport.exitCode(result, sheet);
  }
}
