package io.github.fp4j.conformance.cli;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.conformance.fingerprint.Device;
import io.github.fp4j.conformance.fingerprint.Fingerprint;
import io.github.fp4j.conformance.fingerprint.FingerprintCard;
import io.github.fp4j.conformance.fingerprint.GemmVector;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.report.ReportFolder;
import io.github.fp4j.conformance.subject.ProcessDevice;
import io.github.fp4j.conformance.subject.SubjectCrash;
import io.github.fp4j.conformance.vectors.AnswerSheet;
import io.github.fp4j.conformance.vectors.FingerprintVectors;
import io.github.fp4j.conformance.vectors.OrderOfK;
import io.github.fp4j.conformance.vectors.VectorHeader;
import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fp4j fingerprint}: finds out which accumulator a device has. */
@Command(
    name = "fingerprint",
    description = {
      "Find out which published accumulator a device has, by at most 40 dot products, and in which order it sums over K, by 28 more.",
      "Exits with 0 if models remain, with 1 if the device follows none."
    },
    mixinStandardHelpOptions = true)
final class FingerprintCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @ArgGroup(multiplicity = "1")
  private Who who;

  /** The device: real or played. */
  private static final class Who {
    @Parameters(index = "0", arity = "0..1", paramLabel = "SUBJECT", description = "A backend with an accumulator of its own; see 'fp4j doctor'.")
    private @Nullable String subject;

    @Option(names = "--subject", paramLabel = "COMMAND", description = "A process on a pipe that answers 'gemm' questions; see 'fp4j generate --help'.")
    private @Nullable String command;

    @Option(names = "--answers", paramLabel = "PATH", description = "Answers to the suite gemm-fingerprint or gemm-fingerprint/FORMAT: text, a file, or a folder of npy files.")
    private @Nullable Path answers;

    @Option(names = "--model", paramLabel = "ID", description = "This model plays the device; see 'fp4j gemm --list'.")
    private @Nullable String model;
  }

  @Option(names = "--k-order", paramLabel = "PATH", description = "With --answers: answers of the same device to gemm-k-order/FORMAT, for the order over K.")
  private @Nullable Path order;

  @Option(names = "--format", paramLabel = "FORMAT", description = "What A and B are made of, e.g. nvfp4, e4m3 or fp16 (default: the first that the device takes, nvfp4 before mxfp4 before the others).")
  private @Nullable String format;

  @Option(names = "--timeout", paramLabel = "SECONDS", converter = Seconds.class, defaultValue = "60", description = "End a --subject that takes so long for an answer (default: 60).")
  private Duration timeout = Duration.ZERO;

  @Option(names = "--seed", paramLabel = "N", defaultValue = "1", description = "Seed of the search for vectors (default: ${DEFAULT-VALUE}).")
  private long seed;

  @Option(names = "--json", paramLabel = "FILE", description = "Write all vectors and answers here.")
  private @Nullable Path json;

  private record Asked(String name, OperandFormat format, Device device) {}

  @Override
  public Integer call() throws IOException {
    if (json != null && !Files.isDirectory(json.toAbsolutePath().getParent())) {
      throw new IllegalArgumentException("--json " + json + ": its folder does not exist; expected a file in one that does");
    }
    if (order != null && who.answers == null) {
      throw new IllegalArgumentException("--k-order " + order + ": expected --answers with it; every other device is asked");
    }
    if (who.command != null) {
      return onPipe(who.command);
    }
    if (who.answers != null) {
      return dumped(who.answers);
    }
    return found(who.model != null ? played(who.model) : real(Objects.requireNonNull(who.subject)));
  }

  private int onPipe(String command) throws IOException {
    OperandFormat asked = chosen(command, Fingerprint.FORMATS);
    try (ProcessDevice device = new ProcessDevice(command, timeout)) {
      return found(new Asked(command, asked, device));
    } catch (SubjectCrash e) {
      spec.commandLine().getOut().println("CRASH: " + e.getMessage());
      return ExitCode.CRASH;
    }
  }

  private int dumped(Path path) throws IOException {
    try (Answers answers = Answers.open(path)) {
      VectorHeader header = answers.source().header();
      OperandFormat asked =
          FingerprintVectors.formatOf(header.suite())
              .orElseThrow(() -> new IllegalArgumentException(path + ": answers to " + header.suite() + ": expected to gemm-fingerprint"));
      AnswerSheet sheet = read(answers);
      if (!sheet.isComplete()) {
        return sheet.isMalformed() ? ExitCode.USAGE : ExitCode.INCOMPLETE;
      }
      List<GemmVector> vectors = Fingerprint.vectors(asked, header.seed()).subList(0, header.count());
      Device device = vector -> sheet.bits(vectors.indexOf(vector));
      String summation = order == null ? "not asked: answers to gemm-k-order/" + asked + " have it; add them with --k-order" : summation(order, asked);
      return found(path.toString(), Fingerprint.of(asked, device, header.seed(), vectors), summation);
    }
  }

  private String summation(Path path, OperandFormat asked) throws IOException {
    try (Answers answers = Answers.open(path)) {
      String suite = answers.source().header().suite();
      if (!OrderOfK.isAsked(suite, asked)) {
        throw new IllegalArgumentException(path + ": answers to " + suite + ": expected to gemm-k-order/" + asked);
      }
      AnswerSheet sheet = read(answers);
      return sheet.isComplete() ? String.join("; ", sheet.findings()) : "none: not all of the answers are there";
    }
  }

  private AnswerSheet read(Answers answers) throws IOException {
    VectorHeader header = answers.source().header();
    AnswerSheet sheet = new AnswerSheet(header.regenerated(), header.count(), new Tally(1));
    answers.source().read(sheet);
    sheet.notes().forEach(spec.commandLine().getOut()::println);
    return sheet;
  }

  private int found(Asked asked) throws IOException {
    Fingerprint fingerprint = Fingerprint.of(asked.format, asked.device, seed);
    return found(asked.name, fingerprint, OrderOfK.of(asked.format, asked.device));
  }

  private int found(String name, Fingerprint fingerprint, String summation) throws IOException {
    if (json != null) {
      ReportFolder.place(json, FingerprintCard.json(name, Environment.describe(), fingerprint, summation));
    }
    print(spec.commandLine().getOut(), name, fingerprint);
    spec.commandLine().getOut().printf("summation tree over K: %s%n", summation);
    return fingerprint.remaining().isEmpty() ? ExitCode.MISMATCH : ExitCode.OK;
  }

  private Asked played(String id) {
    AccumulationModel model = AccumulationModels.byId(id);
    List<OperandFormat> taken = Fingerprint.FORMATS.stream().filter(one -> Fingerprint.candidates(one).contains(model)).toList();
    String name = "model " + id;
    return new Asked(name, chosen(name, taken), Device.playing(model));
  }

  private Asked real(String subject) {
    Backend backend = Backends.byName(subject);
    String name = "backend " + subject;
    GemmKernels kernels =
        backend.gemms().orElseThrow(() -> new IllegalArgumentException(name + " has no matrix products: " + expectedSubjects()));
    List<OperandFormat> taken = ownFormats(kernels);
    if (taken.isEmpty()) {
      throw new IllegalArgumentException(name + " has no accumulator of its own: " + expectedSubjects());
    }
    return new Asked(name, chosen(name, taken), Device.of(kernels));
  }

  private static List<OperandFormat> ownFormats(GemmKernels kernels) {
    return Fingerprint.FORMATS.stream().filter(one -> kernels.supports(GemmKernels.OWN, one, one)).toList();
  }

  private OperandFormat chosen(String device, List<OperandFormat> taken) {
    if (format == null) {
      return taken.getFirst();
    }
    return OperandFormat.byName(format)
        .filter(taken::contains)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "--format " + format + ": expected " + taken.stream().map(OperandFormat::name).collect(Collectors.joining(" or ")) + " for " + device));
  }

  private static String expectedSubjects() {
    String names =
        Backends.available().stream()
            .filter(backend -> backend.gemms().filter(kernels -> !ownFormats(kernels).isEmpty()).isPresent())
            .map(Backend::name)
            .collect(Collectors.joining(", "));
    return "expected " + (names.isEmpty() ? "" : "one of " + names + ", or ") + "--model ID, a model that plays the device";
  }

  private static void print(PrintWriter out, String device, Fingerprint fingerprint) {
    out.printf("%s, %s: %d published models%n%n", device, fingerprint.format(), Fingerprint.candidates(fingerprint.format()).size());
    for (Fingerprint.Step step : fingerprint.steps()) {
      if (step.excluded().isEmpty()) {
        continue;
      }
      GemmVector vector = step.vector();
      out.printf("%-8s %08x  %s%n", vector.id(), step.answer(), vector.description());
      step.excluded().forEach(one -> out.printf("         %08x  rules out %s%n", one.expected(), one.model().id()));
    }
    out.printf("%n%s%n", fingerprint.verdict());
    for (AccumulationModel model : fingerprint.remaining()) {
      out.printf("  %s version %s: %s%n", model.id(), model.version(), model.source());
    }
  }
}
