package io.github.fp4j.conformance.optim;

import io.github.fp4j.conformance.optim.SpikeExperiment.Run;
import io.github.fp4j.simd.optim.Algorithm;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;

/** The spike experiment as a table of text and as a page with its curves. */
public final class SpikeReport {
  private static final List<String> COLOURS = List.of("#c0392b", "#7f8c8d", "#1f6fb2");

  private SpikeReport() {}

  /** A line to each problem, learning rate and algorithm: steps to the target, final loss, whether it diverged; then the findings. */
  public static String table(List<Run> runs) {
    StringBuilder text = new StringBuilder();
    text.append("Loss as a fraction of the loss at the start; target %s; %d steps, median of %d seeds.%n".formatted(SpikeExperiment.TARGET, SpikeExperiment.STEPS, SpikeExperiment.SEEDS));
    text.append("%-11s %-12s %8s %16s %12s%n".formatted("problem", "algorithm", "lr", "steps to target", "final loss"));
    for (Run run : runs) {
      text.append(
          "%-11s %-12s %8s %16s %12s%s%n"
              .formatted(run.problem().label(), run.algorithm().label(), run.learningRate(), steps(run), number(run.finalLoss()), run.diverged() ? "  diverged" : ""));
    }
    return text.append("%n".formatted()).append(findings(runs)).toString();
  }

  /** What the runs show: to each problem a line on steps at the best learning rates and one on divergence, then whether both hold on all problems. */
  static String findings(List<Run> runs) {
    StringBuilder text = new StringBuilder();
    boolean isFirst = true;
    boolean neverDiverges = true;
    for (SpikeProblem problem : SpikeProblem.values()) {
      StringJoiner best = new StringJoiner(", ");
      StringJoiner diverged = new StringJoiner(", ");
      int stable = SpikeExperiment.best(runs, problem, Algorithm.STABLE_SPAM).stepsToTarget();
      for (Algorithm algorithm : SpikeExperiment.ALGORITHMS) {
        Run run = SpikeExperiment.best(runs, problem, algorithm);
        best.add(algorithm.label() + " " + (run.reachedTarget() ? run.stepsToTarget() + " steps (lr " + run.learningRate() + ")" : "never"));
        diverged.add(algorithm.label() + " " + divergences(runs, problem, algorithm));
        isFirst &= algorithm == Algorithm.STABLE_SPAM || stable < run.stepsToTarget();
      }
      neverDiverges &= divergences(runs, problem, Algorithm.STABLE_SPAM) == 0 && divergences(runs, problem, Algorithm.ADAM) > 0;
      text.append("%s: loss below %s of the start at the best learning rate: %s%n".formatted(problem.label(), SpikeExperiment.TARGET, best));
      text.append("%s: learning rates of %d at which it diverges: %s%n".formatted(problem.label(), SpikeExperiment.LEARNING_RATES.length, diverged));
    }
    text.append("Stable-SPAM %s in fewer steps than Adam and SPAM.%n".formatted(isFirst ? "reaches that loss" : "does NOT always reach that loss"));
    return text.append("Stable-SPAM %s over the range in which Adam does.%n".formatted(neverDiverges ? "never diverges" : "DOES diverge, or Adam does not,")).toString();
  }

  private static long divergences(List<Run> runs, SpikeProblem problem, Algorithm algorithm) {
    return runs.stream().filter(run -> run.problem() == problem && run.algorithm() == algorithm && run.diverged()).count();
  }

  private static String steps(Run run) {
    return run.reachedTarget() ? Integer.toString(run.stepsToTarget()) : "-";
  }

  private static String number(double value) {
    return String.format(Locale.ROOT, "%.3g", value);
  }

  /** A page that stands alone: for every problem the loss by step at each algorithm's best learning rate, and the final loss by learning rate. */
  public static String html(List<Run> runs, long seed) {
    StringBuilder page = new StringBuilder();
    page.append("<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>Gradient spikes: Adam, SPAM, Stable-SPAM</title>\n");
    page.append("<style>body{font:15px/1.5 system-ui,sans-serif;max-width:1060px;margin:2em auto;padding:0 1em}svg{margin:.5em}");
    page.append("text{font-size:12px}pre{overflow-x:auto}</style>\n");
    page.append("<h1>Gradient spikes: Adam, SPAM, Stable-SPAM</h1>\n");
    page.append("<p>One gradient in fifty has one element a thousand times its largest. Seed %d: <code>fp4j optim --demo --seed %d</code> draws this page again.</p>\n".formatted(seed, seed));
    page.append("<pre>").append(findings(runs)).append("</pre>\n");
    for (SpikeProblem problem : SpikeProblem.values()) {
      page.append("<h2>").append(problem.label()).append("</h2>\n").append(curves(runs, problem)).append(finalLosses(runs, problem));
    }
    return page.append("<pre>").append(table(runs)).append("</pre>\n</html>\n").toString();
  }

  private static String curves(List<Run> runs, SpikeProblem problem) {
    LogChart chart = new LogChart("step", "loss / loss at the start", 0, SpikeExperiment.STEPS, false, 1e-5, 1e2);
    chart.mark("target", SpikeExperiment.TARGET);
    for (int i = 0; i < COLOURS.size(); i++) {
      Run best = SpikeExperiment.best(runs, problem, SpikeExperiment.ALGORITHMS.get(i));
      double[] steps = new double[best.curve().length / 5];
      double[] losses = new double[steps.length];
      for (int k = 0; k < steps.length; k++) {
        steps[k] = 5 * k + 1;
        losses[k] = best.curve()[5 * k];
      }
      chart.line(best.algorithm().label() + ", lr " + best.learningRate(), COLOURS.get(i), steps, losses);
    }
    return chart.svg();
  }

  private static String finalLosses(List<Run> runs, SpikeProblem problem) {
    double[] rates = SpikeExperiment.LEARNING_RATES;
    LogChart chart = new LogChart("learning rate", "final loss / loss at the start", rates[0], rates[rates.length - 1], true, 1e-6, 1e6);
    chart.mark("diverged above", 1);
    for (int i = 0; i < COLOURS.size(); i++) {
      Algorithm algorithm = SpikeExperiment.ALGORITHMS.get(i);
      double[] losses =
          runs.stream().filter(run -> run.problem() == problem && run.algorithm() == algorithm).mapToDouble(Run::finalLoss).toArray();
      chart.line(algorithm.label(), COLOURS.get(i), rates, losses);
    }
    return chart.svg();
  }
}
