package io.github.fp4j.conformance.cli;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.Backends;
import io.github.fp4j.conformance.judge.ClassResult;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Judge;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.conformance.report.CardSummary;
import io.github.fp4j.conformance.report.ConsoleReport;
import io.github.fp4j.conformance.report.ReportFolder;
import io.github.fp4j.conformance.report.RunReport;
import io.github.fp4j.conformance.report.Shard;
import io.github.fp4j.conformance.subject.IsolatedSubject;
import io.github.fp4j.conformance.subject.ProcessSubject;
import io.github.fp4j.conformance.subject.RivalDifference;
import io.github.fp4j.conformance.subject.SubjectProfile;
import io.github.fp4j.conformance.suite.Level;
import io.github.fp4j.conformance.suite.Suites;
import io.github.fp4j.conformance.vectors.VectorClass;
import io.github.fp4j.conformance.vectors.VectorSuites;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fp4j conform}: judges every implementation that is there. */
@Command(name = "conform", description = "Judge every implementation on this machine, or the named ones.", mixinStandardHelpOptions = true)
final class ConformCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(
      names = "--level",
      paramLabel = "LEVEL",
      defaultValue = "standard",
      description = {
        "quick: every fp16 and bf16 value and every rounding step; not a conformance result.",
        "standard (default): also all 2^32 floats for E2M1.",
        "full: all 2^32 floats for every format, rounding and overflow policy."
      })
  private Level level = Level.STANDARD;

  @Option(names = "--backend", split = ",", paramLabel = "NAME", description = "Only these subjects; see 'fp4j doctor' for their names. One that cannot run here is reported as not run.")
  private List<String> backends = new ArrayList<>();

  @Option(
      names = "--subject",
      paramLabel = "COMMAND",
      description = "Judge this process on a pipe by vector suites, and nothing else; see 'fp4j generate --help'.")
  private @Nullable String command;

  @Option(
      names = "--isolate",
      description = {
        "Judge each backend in a process of its own.",
        "A class that ends it, or in which nothing is judged for --timeout seconds, is a CRASH; the next class goes to a new process, and the other backends go on."
      })
  private boolean isolate;

  @Option(names = "--library", split = ",", paramLabel = "FILE", description = "Judge this native library with the C ABI of fp4j.h; with --isolate.")
  private List<Path> libraries = new ArrayList<>();

  @Option(
      names = "--profile",
      paramLabel = "FILE.yaml",
      description = "What the --subject claims, and its waivers (default: everything); conformance-tests/VECTORS.md has an example.")
  private @Nullable Path profile;

  @Option(names = "--timeout", paramLabel = "SECONDS", converter = Seconds.class, defaultValue = "60", description = "End a --subject that prints nothing for so long, or a process of --isolate that judges nothing (default: 60).")
  private Duration timeout = Duration.ZERO;

  @Option(names = "--suite", split = ",", paramLabel = "ID", description = "Only these suites, e.g. X1,X6.")
  private List<String> suites = new ArrayList<>();

  @Option(names = "--class", split = ",", paramLabel = "PREFIX", description = "Only classes whose id begins so, e.g. X2/e4m3.")
  private List<String> classes = new ArrayList<>();

  @Option(names = "--report", paramLabel = "DIR", description = "Write report.json, junit.xml and index.html here.")
  private @Nullable Path report;

  @Option(
      names = "--shard",
      paramLabel = "I/N",
      description = "Only the I-th of N parts that take about as long, sweeps of all floats in ranges, so that N machines share the suite; 'fp4j merge' joins their reports.")
  private @Nullable String shard;

  @Option(names = "--card", paramLabel = "FILE", description = "Show this card of 'fp4j fingerprint' in the report.")
  private @Nullable Path card;

  @Option(names = "--mismatches", paramLabel = "N", defaultValue = "20", description = "Differences shown per class (default 20; 0 shows all).")
  private int mismatches;

  @Option(names = "--threads", paramLabel = "N", description = "Threads (default: one per core).")
  private int threads = Runtime.getRuntime().availableProcessors();

  private SubjectProfile claimed = SubjectProfile.all("subject");

  @Override
  public Integer call() throws Exception {
    if (mismatches < 0 || threads < 1) {
      throw new IllegalArgumentException("--mismatches " + mismatches + " --threads " + threads + ": expected 0 or more, and at least 1 thread");
    }
    if (profile != null && command == null) {
      throw new IllegalArgumentException("--profile " + profile + ": expected --subject with it");
    }
    if (!libraries.isEmpty() && !isolate) {
      throw new IllegalArgumentException("--library " + libraries.getFirst() + ": expected --isolate with it");
    }
    if (isolate && command != null) {
      throw new IllegalArgumentException("--isolate --subject: expected one of them: a --subject is a process of its own anyway");
    }
    claimed = profile == null ? SubjectProfile.all("subject") : SubjectProfile.read(profile, LocalDate.now());
    List<Backend> subjects = subjects();
    List<CoverageClass> suite = questions();
    Shard part = shard == null ? Shard.whole(suite) : Shard.parse(shard, suite);
    List<CoverageClass> questions = part.part(suite);
    CardSummary fingerprint = card == null ? null : CardSummary.read(card);
    Instant started = Instant.now();
    long start = System.nanoTime();
    List<ClassResult> results;
    try (Workers workers = new Workers(threads);
        LiveProgress progress = new LiveProgress(spec.commandLine().getErr())) {
      results = new Judge(questions, mismatches).judge(subjects, workers, progress);
    } finally {
      subjects.stream().filter(IsolatedSubject.class::isInstance).map(IsolatedSubject.class::cast).forEach(IsolatedSubject::close);
    }
    double seconds = (System.nanoTime() - start) / 1e9;
    String typed = "fp4j " + spec.commandLine().getParent().getParseResult().originalArgs().stream().map(OwnProcess::shown).collect(Collectors.joining(" "));
    RunReport run =
        RunReport.of(
            level.name().toLowerCase(Locale.ROOT), started, seconds, Environment.describe(), typed, part, subjects, results,
            RivalDifference.among(subjects), fingerprint);
    new ConsoleReport(run, spec.commandLine().getOut()).print();
    if (report != null) {
      ReportFolder.write(run, report);
      spec.commandLine().getOut().println("Report: " + report.resolve("index.html"));
    }
    return ExitCode.of(command == null ? run.verdict() : new Waivers(claimed.waivers(), spec.commandLine().getOut()).verdict(results));
  }

  private List<Backend> subjects() {
    if (command != null) {
      return List.of(new ProcessSubject(claimed.name(), command, timeout));
    }
    List<Backend> named = backends.stream().map(Backends::named).toList();
    List<Backend> subjects = backends.isEmpty() && libraries.isEmpty() ? Backends.all() : named;
    if (!isolate) {
      return subjects;
    }
    List<Backend> isolated = new ArrayList<>();
    for (Backend subject : subjects) {
      boolean runs = subject.availability() instanceof Availability.Available;
      isolated.add(runs ? isolated(subject.name(), subject.description(), "--backend", subject.name()) : subject);
    }
    for (Path library : libraries) {
      isolated.add(isolated(library.toAbsolutePath().getFileName().toString(), "native library " + library, "--library", library.toString()));
    }
    return isolated;
  }

  private Backend isolated(String name, String description, String kind, String who) {
    String line =
        OwnProcess.command(
            "judge", kind, who, "--level", level.name(), "--mismatches", Integer.toString(mismatches), "--threads", Integer.toString(threads));
    return new IsolatedSubject(name, description, line, timeout);
  }

  private List<CoverageClass> vectors() {
    return claimed.suites().stream()
        .map(name -> VectorSuites.byName(name, claimed.seed()))
        .<CoverageClass>map(suite -> new VectorClass(suite, suite.count(), subject -> true))
        .toList();
  }

  private List<CoverageClass> questions() {
    List<CoverageClass> all = command == null ? Suites.at(level) : vectors();
    requireKnown("--suite", suites, all, CoverageClass::suite);
    List<CoverageClass> chosen =
        all.stream()
            .filter(question -> suites.isEmpty() || suites.contains(question.suite()))
            .filter(question -> classes.isEmpty() || classes.stream().anyMatch(prefix -> question.id().startsWith(prefix)))
            .toList();
    if (chosen.isEmpty()) {
      throw new IllegalArgumentException("--class " + String.join(",", classes) + ": no class begins so; expected e.g. " + all.getFirst().id());
    }
    return chosen;
  }

  private static void requireKnown(String option, List<String> wanted, List<CoverageClass> all, Function<CoverageClass, String> key) {
    TreeSet<String> known = new TreeSet<>(all.stream().map(key).toList());
    for (String one : wanted) {
      if (!known.contains(one)) {
        throw new IllegalArgumentException(option + " " + one + ": expected one of " + String.join(", ", known));
      }
    }
  }
}
