package io.github.fp4j.conformance.optim;

import java.util.Arrays;
import java.util.Locale;
import java.util.SplittableRandom;

/** Functions to be minimised from noisy gradients, in which now and then one element is a spike. */
public enum SpikeProblem {
  /** {@code sum(lambda_i x_i^2) / 2} with lambda from 1e-2 to 1, in 64 dimensions, from x = 1. */
  QUADRATIC(64, 1, .01) {
    @Override
    double loss(float[] x) {
      double sum = 0;
      for (int i = 0; i < x.length; i++) {
        sum += lambda(i) * x[i] * x[i] / 2;
      }
      return sum;
    }

    @Override
    void exactGradient(float[] x, double[] gradient) {
      for (int i = 0; i < x.length; i++) {
        gradient[i] = lambda(i) * x[i];
      }
    }

    private double lambda(int i) {
      return Math.pow(10, -2 + 2 * i / 63.);
    }
  },

  /** Rosenbrock's function summed over 16 pairs, {@code 100 (y - x^2)^2 + (1 - x)^2}, from x = -1.2, y = 1. */
  ROSENBROCK(32, -1.2f, .1) {
    @Override
    float[] start() {
      float[] x = super.start();
      for (int i = 1; i < x.length; i += 2) {
        x[i] = 1;
      }
      return x;
    }

    @Override
    double loss(float[] x) {
      double sum = 0;
      for (int i = 0; i < x.length; i += 2) {
        double valley = x[i + 1] - (double) x[i] * x[i];
        sum += 100 * valley * valley + (1. - x[i]) * (1. - x[i]);
      }
      return sum;
    }

    @Override
    void exactGradient(float[] x, double[] gradient) {
      for (int i = 0; i < x.length; i += 2) {
        double valley = x[i + 1] - (double) x[i] * x[i];
        gradient[i] = -400 * valley * x[i] - 2 * (1. - x[i]);
        gradient[i + 1] = 200 * valley;
      }
    }
  };

  private static final double SPIKE_PROBABILITY = .02;
  private static final double SPIKE = 1000;

  private final int dimensions;
  private final float startValue;
  private final double noise;

  SpikeProblem(int dimensions, float startValue, double noise) {
    this.dimensions = dimensions;
    this.startValue = startValue;
    this.noise = noise;
  }

  /** Where every run begins. */
  float[] start() {
    float[] x = new float[dimensions];
    Arrays.fill(x, startValue);
    return x;
  }

  /** The exact loss. */
  abstract double loss(float[] x);

  abstract void exactGradient(float[] x, double[] gradient);

  /** The gradient with Gaussian noise, and in one step of fifty one element a thousand times the gradient's largest. */
  float[] gradient(float[] x, SplittableRandom random) {
    double[] exact = new double[dimensions];
    exactGradient(x, exact);
    float[] gradient = new float[dimensions];
    double largest = 0;
    for (int i = 0; i < dimensions; i++) {
      gradient[i] = (float) (exact[i] + noise * random.nextGaussian());
      largest = Math.max(largest, Math.abs(gradient[i]));
    }
    boolean isSpike = random.nextDouble() < SPIKE_PROBABILITY;
    int at = random.nextInt(dimensions);
    double sign = random.nextBoolean() ? 1 : -1;
    if (isSpike) {
      gradient[at] = (float) (sign * SPIKE * largest);
    }
    return gradient;
  }

  /** Its name in tables. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }
}
