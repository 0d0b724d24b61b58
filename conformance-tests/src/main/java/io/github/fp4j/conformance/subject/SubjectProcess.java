package io.github.fp4j.conformance.subject;

import java.io.BufferedReader;
import java.io.BufferedWriter;
import java.io.Closeable;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStreamWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * One run of a subject's command, contained: it is ended when it stays silent for too long, and what it wrote to standard error last is kept. {@link #close} ends
 * it, with all that it started.
 */
final class SubjectProcess implements Closeable {
  private static final int TAIL = 2000;

  private final String shown;
  private final Duration silence;
  private final boolean signsByPrinting;
  private final Process process;
  private final StringBuilder errors = new StringBuilder();
  private final Thread errorReader;
  private final Thread watch;
  private volatile long lastSign = System.nanoTime();
  private volatile boolean timedOut;

  /**
   * Starts it.
   *
   * @param command for the shell
   * @param silence how long it may go without printing anything
   */
  SubjectProcess(String command, Duration silence) throws IOException {
    this(command, silence, '"' + command + '"', true);
  }

  /**
   * The same.
   *
   * @param shown what messages call it
   * @param signsByPrinting whether whatever it prints is a sign of life, or {@link #sign} alone says so
   */
  SubjectProcess(String command, Duration silence, String shown, boolean signsByPrinting) throws IOException {
    this.shown = shown;
    this.silence = silence;
    this.signsByPrinting = signsByPrinting;
    boolean windows = System.getProperty("os.name").startsWith("Windows");
    this.process = new ProcessBuilder(windows ? List.of("cmd", "/c", command) : List.of("sh", "-c", command)).start();
    this.errorReader = Thread.ofPlatform().daemon().name("subject's errors").start(this::keepErrors);
    this.watch = Thread.ofPlatform().daemon().name("subject's silence").start(this::watch);
  }

  private void keepErrors() {
    try (InputStreamReader reader = new InputStreamReader(process.getErrorStream(), StandardCharsets.UTF_8)) {
      char[] piece = new char[512];
      for (int length = reader.read(piece); length >= 0; length = reader.read(piece)) {
        synchronized (errors) {
          errors.append(piece, 0, length);
          errors.delete(0, Math.max(0, errors.length() - TAIL));
        }
      }
    } catch (IOException e) {
      // the process has been ended
    }
  }

  private void watch() {
    try {
      long left = silence.toNanos();
      while (process.isAlive()) {
        if (left <= 0) {
          timedOut = true;
          end();
          return;
        }
        if (process.waitFor(left, TimeUnit.NANOSECONDS)) {
          return;
        }
        left = lastSign + silence.toNanos() - System.nanoTime();
      }
    } catch (InterruptedException e) {
      // closed
    }
  }

  /** Says that the subject is not being waited for: the time of its silence begins anew. */
  void sign() {
    lastSign = System.nanoTime();
  }

  /** To its standard input. */
  BufferedWriter input() {
    return new BufferedWriter(new OutputStreamWriter(process.getOutputStream(), StandardCharsets.US_ASCII), 1 << 16);
  }

  /** Its standard output. */
  BufferedReader output() {
    InputStream signed =
        new FilterInputStream(process.getInputStream()) {
          @Override
          public int read(byte[] bytes, int offset, int length) throws IOException {
            int count = super.read(bytes, offset, length);
            if (signsByPrinting) {
              sign();
            }
            return count;
          }
        };
    return new BufferedReader(new InputStreamReader(signed, StandardCharsets.UTF_8), 1 << 16);
  }

  /**
   * Waits for its end.
   *
   * @throws SubjectCrash if it was ended for its silence, or its exit status is not 0
   */
  void requireGoodEnd() throws InterruptedException {
    process.waitFor();
    errorReader.join(1000);
    if (timedOut) {
      throw new SubjectCrash("timed out: " + shown + " " + (signsByPrinting ? "printed" : "judged") + " nothing for " + silence.toMillis() / 1000.0 + " s" + tail());
    }
    int status = process.exitValue();
    if (status != 0) {
      throw new SubjectCrash(shown + " ended with exit status " + status + (status > 128 ? ", signal " + (status - 128) : "") + tail());
    }
  }

  private String tail() {
    synchronized (errors) {
      String text = errors.toString().strip();
      return text.isEmpty() ? ", nothing on standard error" : "; standard error ends: " + text;
    }
  }

  private void end() {
    process.descendants().forEach(ProcessHandle::destroyForcibly);
    process.destroyForcibly();
  }

  @Override
  public void close() {
    watch.interrupt();
    end();
  }
}
