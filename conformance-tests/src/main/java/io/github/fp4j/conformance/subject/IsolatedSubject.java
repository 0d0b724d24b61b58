package io.github.fp4j.conformance.subject;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.conformance.judge.ClassResult;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.RemoteSubject;
import io.github.fp4j.conformance.judge.Tally;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * A subject together with a judge in a process of their own. A class that ends that process, or in which no case is judged for too long, is a crash; the next one
 * is put to a new process. A subject that ends the process before any class has come crashes in all of them.
 */
public final class IsolatedSubject implements RemoteSubject, Closeable {
  private final String name;
  private final String description;
  private final String command;
  private final Duration silence;
  private @Nullable Running running;
  private String broken = "";

  /** A process that waits for the ids of classes. */
  private record Running(SubjectProcess process, BufferedWriter in, BufferedReader out) {}

  /**
   * Starts nothing yet.
   *
   * @param command for the shell: one that speaks {@link JudgedLine}s
   * @param silence how long it may go without a case being judged
   */
  public IsolatedSubject(String name, String description, String command, Duration silence) {
    this.name = name;
    this.description = description;
    this.command = command;
    this.silence = silence;
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String description() {
    return description + " (in a process of its own)";
  }

  @Override
  public Availability availability() {
    return Availability.YES;
  }

  @Override
  public ClassResult judged(CoverageClass question, Tally progress) throws InterruptedException {
    long start = System.nanoTime();
    try {
      if (!broken.isEmpty()) {
        throw new SubjectCrash(broken);
      }
      return put(question, progress);
    } catch (SubjectCrash e) {
      close();
      return ClassResult.crashed(name, question, (System.nanoTime() - start) / 1e9, e.getMessage());
    }
  }

  private ClassResult put(CoverageClass question, Tally progress) throws InterruptedException {
    Running judge = started();
    LastWords lastWords = new LastWords();
    judge.process.sign();
    try {
      judge.in.write(question.id() + "\n");
      judge.in.flush();
      for (String line = judge.out.readLine(); line != null; line = judge.out.readLine()) {
        Optional<ClassResult> result = JudgedLine.result(line);
        if (result.isPresent()) {
          return result.get().as(name);
        }
        OptionalLong judged = JudgedLine.progress(line);
        if (judged.isPresent()) {
          judge.process.sign();
          progress.judged(judged.getAsLong() - progress.judged());
        }
        lastWords.add(line);
      }
    } catch (IOException e) {
      // its end says more
    }
    try {
      judge.process.requireGoodEnd();
    } catch (SubjectCrash e) {
      throw new SubjectCrash(lastWords.place() + e.getMessage());
    }
    throw new SubjectCrash("its process ended with exit status 0 in the middle of " + question.id());
  }

  /** What a JVM says of the signal that ends it: a line with the signal, and one with the function it was in behind a heading. */
  private static final class LastWords {
    private String signal = "";
    private String frame = "";
    private boolean heading;

    void add(String line) {
      if (heading) {
        frame = line.replaceFirst("^# *", "").strip();
      } else if (line.matches("#  (SIG|EXCEPTION_).*")) {
        signal = line.replaceFirst("^# *", "").replaceFirst(" at pc=.*", "");
      }
      heading = line.startsWith("# Problematic frame:");
    }

    String place() {
      return signal.isEmpty() ? "" : signal + " in " + (frame.isEmpty() ? "an unknown function" : frame) + ": ";
    }
  }

  private Running started() throws InterruptedException {
    if (running != null) {
      return running;
    }
    try {
      SubjectProcess process = new SubjectProcess(command, silence, "its process", false);
      running = new Running(process, process.input(), process.output());
      for (String line = running.out.readLine(); line != null; line = running.out.readLine()) {
        if (JudgedLine.isReady(line)) {
          return running;
        }
      }
      process.requireGoodEnd();
      throw new SubjectCrash("its process ended with exit status 0 before any class was put to it");
    } catch (IOException e) {
      throw new SubjectCrash("it cannot be started: " + e.getMessage());
    } catch (SubjectCrash e) {
      broken = e.getMessage();
      throw e;
    }
  }

  /** Ends the process, if there is one. */
  @Override
  public void close() {
    if (running != null) {
      running.process.close();
      running = null;
    }
  }
}
