package io.github.fp4j.conformance.cli;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.Backends;
import io.github.fp4j.bridge.NativeLibraryBackend;
import io.github.fp4j.conformance.judge.ClassPart;
import io.github.fp4j.conformance.judge.ClassResult;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Judge;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.conformance.subject.JudgedLine;
import io.github.fp4j.conformance.suite.Level;
import io.github.fp4j.conformance.suite.Suites;
import java.io.BufferedReader;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code fp4j judge}: the other end of {@code fp4j conform --isolate}, one subject and the judge of the classes whose ids come in. */
@Command(name = "judge", hidden = true, description = "Judge one subject by the classes whose ids come on standard input, for 'fp4j conform --isolate'.", mixinStandardHelpOptions = true)
final class JudgeCommand implements Callable<Integer> {
  private static final long HEARTBEAT_MILLIS = 200;

  @ArgGroup(multiplicity = "1")
  private Who who;

  /** Who is judged. */
  private static final class Who {
    @Option(names = "--backend", paramLabel = "NAME", description = "A backend; see 'fp4j doctor'.")
    private @Nullable String backend;

    @Option(names = "--library", paramLabel = "FILE", description = "A shared library with the C ABI of fp4j.h.")
    private @Nullable Path library;
  }

  @Option(names = "--level", paramLabel = "LEVEL", defaultValue = "standard", description = "As of 'fp4j conform'.")
  private Level level = Level.STANDARD;

  @Option(names = "--mismatches", defaultValue = "20", paramLabel = "N", description = "As of 'fp4j conform'.")
  private int mismatches;

  @Option(names = "--threads", defaultValue = "1", paramLabel = "N", description = "Threads (default: 1).")
  private int threads = 1;

  private final OutputStream out = new FileOutputStream(FileDescriptor.out);

  @Override
  public Integer call() throws IOException, InterruptedException {
    Backend subject = who.library != null ? NativeLibraryBackend.load(who.library) : Backends.byName(Objects.requireNonNull(who.backend));
    Map<String, CoverageClass> classes = Suites.at(level).stream().collect(Collectors.toMap(CoverageClass::id, Function.identity()));
    say(JudgedLine.ready());
    try (Workers workers = new Workers(threads);
        BufferedReader in = new BufferedReader(new InputStreamReader(new FileInputStream(FileDescriptor.in), StandardCharsets.UTF_8))) {
      for (String id = in.readLine(); id != null; id = in.readLine()) {
        ClassPart part = ClassPart.of(id);
        CoverageClass whole = classes.get(part.id());
        CoverageClass asked = whole == null ? null : whole.parts(part.count()).stream().filter(one -> one.id().equals(part.toString())).findFirst().orElse(null);
        if (asked == null) {
          throw new IllegalArgumentException("\"" + id + "\" on standard input: expected the id of a class of level " + level);
        }
        List<ClassResult> results = new Judge(List.of(asked), mismatches).judge(List.of(subject), workers, new Heartbeat());
        say(JudgedLine.of(results.getFirst()));
      }
    }
    return ExitCode.OK;
  }

  private synchronized void say(String line) throws IOException {
    out.write(line.getBytes(StandardCharsets.UTF_8));
  }

  /** Says how many cases were judged whenever there are more. */
  private final class Heartbeat implements Judge.Listener {
    private @Nullable Thread thread;

    @Override
    public void started(Backend subject, CoverageClass question, Tally tally) {
      thread = Thread.ofPlatform().daemon().name("heartbeat").start(() -> beat(tally));
    }

    private void beat(Tally tally) {
      try {
        long said = 0;
        while (true) {
          Thread.sleep(HEARTBEAT_MILLIS);
          long judged = tally.judged();
          if (judged > said) {
            say(JudgedLine.progress(judged));
            said = judged;
          }
        }
      } catch (InterruptedException | IOException e) {
        // the class has ended, or nobody listens any more
      }
    }

    @Override
    public void ended(ClassResult result) {
      if (thread != null) {
        thread.interrupt();
      }
    }
  }
}
