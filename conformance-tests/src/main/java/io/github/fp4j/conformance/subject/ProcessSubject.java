package io.github.fp4j.conformance.subject;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.conformance.vectors.AnswerReader;
import io.github.fp4j.conformance.vectors.AnswerSheet;
import io.github.fp4j.conformance.vectors.QuestionWriter;
import io.github.fp4j.conformance.vectors.VectorHeader;
import io.github.fp4j.conformance.vectors.VectorSubject;
import io.github.fp4j.conformance.vectors.VectorSuite;
import java.io.BufferedWriter;
import java.io.IOException;
import java.time.Duration;

/**
 * A process on a pipe: it reads questions from standard input and prints answers. Each suite is put to a process of its own, twice, so that a crash ends one suite
 * only and answers that are not the same twice show.
 *
 * @param name for reports
 * @param command for the shell
 * @param silence how long it may go without printing anything
 */
public record ProcessSubject(String name, String command, Duration silence) implements VectorSubject {
  private static final int RUNS = 2;

  @Override
  public String description() {
    return "process: " + command;
  }

  @Override
  public Availability availability() {
    return Availability.YES;
  }

  /**
   * Runs the command.
   *
   * @throws Exception if it crashes, stays silent, or does not hand on the header of the questions
   */
  @Override
  public void answer(VectorSuite suite, int count, AnswerSheet sheet) throws Exception {
    VectorHeader header = VectorHeader.of(suite, count);
    for (int run = 0; run < RUNS; run++) {
      if (run > 0) {
        sheet.repeat();
      }
      try (SubjectProcess process = new SubjectProcess(command, silence)) {
        Thread asking = Thread.ofPlatform().daemon().name("questions").start(() -> ask(process, header, suite));
        receive(process, header, sheet);
        asking.join();
      }
    }
  }

  private static void ask(SubjectProcess process, VectorHeader header, VectorSuite suite) {
    try (BufferedWriter in = process.input()) {
      QuestionWriter.write(header, suite, in);
    } catch (IOException e) {
      // it ended before it had read everything: its exit status and what is missing say so
    }
  }

  private static void receive(SubjectProcess process, VectorHeader header, AnswerSheet sheet) throws Exception {
    AnswerReader reader;
    try {
      reader = new AnswerReader(process.output());
    } catch (IllegalArgumentException e) {
      process.requireGoodEnd();
      throw new SubjectCrash("no answers: " + e.getMessage());
    }
    if (!reader.header().equals(header)) {
      throw new SubjectCrash("the header came back as " + reader.header() + ": expected " + header);
    }
    reader.read(sheet);
    process.requireGoodEnd();
  }
}
