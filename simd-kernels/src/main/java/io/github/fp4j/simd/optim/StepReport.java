package io.github.fp4j.simd.optim;

import java.util.List;

/** What the last step of an optimizer did. Overwritten by the next step. */
public final class StepReport {
  private final List<TensorReport> tensors;
  long step;
  double learningRate;
  double scheduleFactor;

  StepReport(List<TensorReport> tensors) {
    this.tensors = tensors;
  }

  /** The 1-based step. */
  public long step() {
    return step;
  }

  /** The learning rate of the first group. */
  public double learningRate() {
    return learningRate;
  }

  /** The first group's factor on gamma1 and beta1. */
  public double scheduleFactor() {
    return scheduleFactor;
  }

  /** The tensors, in the order of the groups' parameters. */
  public List<TensorReport> tensors() {
    return tensors;
  }

  /** The l2 norm of all gradients as they came, of tensors that were not skipped. */
  public double normBefore() {
    double squares = 0;
    for (int i = 0; i < tensors.size(); i++) {
      TensorReport tensor = tensors.get(i);
      squares += tensor.hadGradient && !tensor.skipped ? tensor.normBefore * tensor.normBefore : 0;
    }
    return Math.sqrt(squares);
  }

  /** The l2 norm of all gradients as the update rules saw them. */
  public double normAfter() {
    double squares = 0;
    for (int i = 0; i < tensors.size(); i++) {
      TensorReport tensor = tensors.get(i);
      squares += tensor.hadGradient && !tensor.skipped ? tensor.normAfter * tensor.normAfter : 0;
    }
    return Math.sqrt(squares);
  }

  /** Gradient elements that are NaN or infinite, in all tensors. */
  public long nonFinite() {
    long count = 0;
    for (int i = 0; i < tensors.size(); i++) {
      count += tensors.get(i).nonFinite;
    }
    return count;
  }

  /** Tensors left out because their gradients held NaN or infinities. */
  public int skippedTensors() {
    int count = 0;
    for (int i = 0; i < tensors.size(); i++) {
      count += tensors.get(i).skipped ? 1 : 0;
    }
    return count;
  }

  /** Tensors whose moments were set to zero. */
  public int resets() {
    int count = 0;
    for (int i = 0; i < tensors.size(); i++) {
      count += tensors.get(i).reset ? 1 : 0;
    }
    return count;
  }
}
