package io.github.fp4j.conformance.cli;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.conformance.judge.ClassResult;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Judge;
import io.github.fp4j.conformance.judge.Tally;
import java.io.PrintWriter;
import java.util.Timer;
import java.util.TimerTask;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** On a terminal a bar for every long class, with rate and time left; elsewhere one line for each long class when it ends. */
final class LiveProgress implements Judge.Listener, AutoCloseable {
  private static final long LONG = 1 << 24;
  private static final int REFRESH_MILLIS = 200;

  private final PrintWriter err;
  private final boolean terminal = System.console() != null && System.console().isTerminal();
  private final Timer timer = new Timer("progress", true);
  private @Nullable ProgressBar bar;
  private @Nullable TimerTask refresh;

  LiveProgress(PrintWriter err) {
    this.err = err;
  }

  @Override
  public void started(Backend subject, CoverageClass question, Tally tally) {
    if (!terminal || question.cases() < LONG) {
      return;
    }
    ProgressBar shown =
        new ProgressBarBuilder()
            .setTaskName(subject.name() + " " + question.id())
            .setInitialMax(question.cases())
            .setUnit("M", 1_000_000)
            .setStyle(ProgressBarStyle.ASCII)
            .setUpdateIntervalMillis(REFRESH_MILLIS)
            .showSpeed()
            .clearDisplayOnFinish()
            .build();
    TimerTask task =
        new TimerTask() {
          @Override
          public void run() {
            shown.stepTo(tally.judged());
          }
        };
    timer.schedule(task, REFRESH_MILLIS, REFRESH_MILLIS);
    bar = shown;
    refresh = task;
  }

  @Override
  public void ended(ClassResult result) {
    close();
    if (result.judged() >= LONG) {
      err.printf(
          "%-10s %s %s: %,d cases in %.1f s (%,.0f M/s)%n",
          result.verdict(), result.subject(), result.id(), result.judged(), result.seconds(), result.judged() / result.seconds() / 1e6);
      err.flush();
    }
  }

  @Override
  public void close() {
    if (refresh != null) {
      refresh.cancel();
      refresh = null;
    }
    if (bar != null) {
      bar.close();
      bar = null;
    }
  }
}
