package io.github.fp4j.conformance.subject;

import io.github.fp4j.conformance.fingerprint.Device;
import io.github.fp4j.conformance.fingerprint.GemmVector;
import io.github.fp4j.conformance.vectors.GemmQuestion;
import io.github.fp4j.conformance.vectors.Question;
import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;

/** A process on a pipe whose accumulator is to be found out: it gets one question at a time, and the next depends on its answer. */
public final class ProcessDevice implements Device, Closeable {
  private final SubjectProcess process;
  private final BufferedWriter in;
  private final BufferedReader out;
  private int asked;

  /**
   * Starts it.
   *
   * @param command for the shell
   * @param silence how long it may take for an answer
   */
  public ProcessDevice(String command, Duration silence) throws IOException {
    process = new SubjectProcess(command, silence);
    in = process.input();
    out = process.output();
  }

  /** @throws SubjectCrash if it ends, stays silent, or what it says is no answer */
  @Override
  public int answer(GemmVector vector) {
    Question question = new GemmQuestion(vector.a(), vector.b(), new float[] {vector.c()}).asked();
    process.sign();
    String line = exchange(asked + " " + question.text());
    String prefix = asked++ + " ";
    try {
      if (line.startsWith(prefix)) {
        return Float.floatToRawIntBits(question.parseAnswer(line.substring(prefix.length()).strip()).getFirst().toFloats()[0]);
      }
    } catch (IllegalArgumentException e) {
      throw new SubjectCrash("\"" + line + "\" is no answer to " + prefix + question.words() + ": " + e.getMessage());
    }
    throw new SubjectCrash("\"" + line + "\" came back: expected a line that begins with \"" + prefix + "\"");
  }

  private String exchange(String line) {
    try {
      in.write(line + "\n");
      in.flush();
      String answer = out.readLine();
      if (answer != null) {
        return answer;
      }
    } catch (IOException e) {
      // its end says more
    }
    try {
      process.requireGoodEnd();
    } catch (InterruptedException e) {
      throw new UncheckedIOException(new IOException(e));
    }
    throw new SubjectCrash("it ended after " + asked + " answers: expected it to answer as long as questions come");
  }

  @Override
  public void close() {
    process.close();
  }
}
