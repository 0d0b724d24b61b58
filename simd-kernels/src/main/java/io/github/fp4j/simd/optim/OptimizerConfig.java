package io.github.fp4j.simd.optim;

/**
 * Everything that decides what a step does, as data. {@link Algorithm#defaults} gives the published settings of a method; {@link #with(String, String)} and
 * {@link OptimizerSettings} change single ones by the names that command lines and saved states use.
 *
 * @param algorithm the method, for reports and saved states
 * @param mode which side of the differences between the authors' code and the method
 * @param learningRate the learning-rate schedule
 * @param weightDecay decay per unit of learning rate, at least 0
 * @param rule the update rule
 * @param conditioning what happens to gradients first
 * @param cosine the factor on gamma1 and beta1
 * @param resetInterval the moments of the rule are set to zero at every step that this divides (MoRet); 0 for never
 * @param states how moments are stored
 * @param nonFinite what happens to gradients with NaN or infinities
 * @param stochasticParameters whether BF16 parameters are rounded stochastically rather than to nearest
 * @param seed of everything random
 */
public record OptimizerConfig(
    Algorithm algorithm,
    Mode mode,
    LearningRate learningRate,
    double weightDecay,
    UpdateRule rule,
    Conditioning conditioning,
    CosineFactor cosine,
    int resetInterval,
    StateFormat states,
    NonFinitePolicy nonFinite,
    boolean stochasticParameters,
    long seed) {

  public OptimizerConfig {
    Ranges.requireNonNegative("weight-decay", weightDecay);
    Ranges.requireNonNegative("reset-interval", resetInterval);
    boolean perElement = rule instanceof UpdateRule.Adam;
    if (!perElement && !states.second().equals(MomentFormat.FLOAT32)) {
      throw new IllegalArgumentException(
          "second-moment = " + states.second().name() + ": expected fp32 with " + algorithm.label() + " (only Adam's rule stores second moments otherwise)");
    }
    if ((rule instanceof UpdateRule.Spam || rule instanceof UpdateRule.Adafactor) && !states.first().equals(MomentFormat.FLOAT32)) {
      throw new IllegalArgumentException("first-moment = " + states.first().name() + ": expected fp32 with " + algorithm.label());
    }
  }

  /** Stable-SPAM for 4-bit training: the paper's gammas and interval, learning rate of 350M parameters, the authors' schedule of 20000 steps. */
  public static OptimizerConfig paper4bit() {
    return Algorithm.STABLE_SPAM.defaults().withLearningRate(LearningRate.constant(4e-4)).withCosine(new CosineFactor(20000, .5)).withResetInterval(1000);
  }

  /** Stable-SPAM for BF16 training, as the authors' BF16 scripts set it. */
  public static OptimizerConfig paperBf16() {
    Conditioning d = Conditioning.STABLE_SPAM;
    return Algorithm.STABLE_SPAM
        .defaults()
        .withLearningRate(LearningRate.constant(8e-4))
        .withConditioning(new Conditioning(true, true, .85, .99999, .999, d.epsilon(), 0, d.precision(), d.clipInPlace()))
        .withCosine(new CosineFactor(20000, .5))
        .withResetInterval(1000);
  }

  /**
   * This configuration with one setting changed, by its name on command lines.
   *
   * @throws IllegalArgumentException if the algorithm has no such setting or the value is not in its range; the message says what would be right
   */
  public OptimizerConfig with(String key, String value) {
    return OptimizerSettings.set(this, key, value);
  }

  public OptimizerConfig withMode(Mode to) {
    return new OptimizerConfig(
        algorithm, to, learningRate, weightDecay, rule, conditioning, cosine, resetInterval, states, nonFinite, stochasticParameters, seed);
  }

  public OptimizerConfig withLearningRate(LearningRate to) {
    return new OptimizerConfig(
        algorithm, mode, to, weightDecay, rule, conditioning, cosine, resetInterval, states, nonFinite, stochasticParameters, seed);
  }

  public OptimizerConfig withWeightDecay(double to) {
    return new OptimizerConfig(
        algorithm, mode, learningRate, to, rule, conditioning, cosine, resetInterval, states, nonFinite, stochasticParameters, seed);
  }

  public OptimizerConfig withRule(UpdateRule to) {
    return new OptimizerConfig(
        algorithm, mode, learningRate, weightDecay, to, conditioning, cosine, resetInterval, states, nonFinite, stochasticParameters, seed);
  }

  public OptimizerConfig withConditioning(Conditioning to) {
    return new OptimizerConfig(algorithm, mode, learningRate, weightDecay, rule, to, cosine, resetInterval, states, nonFinite, stochasticParameters, seed);
  }

  public OptimizerConfig withCosine(CosineFactor to) {
    return new OptimizerConfig(
        algorithm, mode, learningRate, weightDecay, rule, conditioning, to, resetInterval, states, nonFinite, stochasticParameters, seed);
  }

  public OptimizerConfig withResetInterval(int to) {
    return new OptimizerConfig(algorithm, mode, learningRate, weightDecay, rule, conditioning, cosine, to, states, nonFinite, stochasticParameters, seed);
  }

  public OptimizerConfig withStates(StateFormat to) {
    return new OptimizerConfig(
        algorithm, mode, learningRate, weightDecay, rule, conditioning, cosine, resetInterval, to, nonFinite, stochasticParameters, seed);
  }

  public OptimizerConfig withNonFinite(NonFinitePolicy to) {
    return new OptimizerConfig(algorithm, mode, learningRate, weightDecay, rule, conditioning, cosine, resetInterval, states, to, stochasticParameters, seed);
  }

  public OptimizerConfig withStochasticParameters(boolean to, long newSeed) {
    return new OptimizerConfig(algorithm, mode, learningRate, weightDecay, rule, conditioning, cosine, resetInterval, states, nonFinite, to, newSeed);
  }
}
