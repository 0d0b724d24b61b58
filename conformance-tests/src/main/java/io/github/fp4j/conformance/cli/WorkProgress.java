package io.github.fp4j.conformance.cli;

import java.util.function.LongConsumer;
import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;
import org.jspecify.annotations.Nullable;

/** A bar over work of known size, on a terminal only. */
final class WorkProgress implements LongConsumer, AutoCloseable {
  private final @Nullable ProgressBar bar;

  WorkProgress(String task, long work) {
    boolean terminal = System.console() != null && System.console().isTerminal();
    bar =
        terminal
            ? new ProgressBarBuilder().setTaskName(task).setInitialMax(work).setUnit("M", 1_000_000).setStyle(ProgressBarStyle.ASCII).showSpeed().clearDisplayOnFinish().build()
            : null;
  }

  @Override
  public void accept(long done) {
    if (bar != null) {
      bar.stepBy(done);
    }
  }

  @Override
  public void close() {
    if (bar != null) {
      bar.close();
    }
  }
}
