package io.github.fp4j.simd.optim;

import java.util.Arrays;
import java.util.stream.Collectors;

/** The methods by name, each with its published settings. */
public enum Algorithm {
  /** arXiv 2502.17055; class defaults of the authors' code. */
  STABLE_SPAM("stable-spam"),
  /** Stable-SPAM whose moments are stored in 4 bits, second moments with rank-1 scales. */
  STABLE_SPAM_4BIT("stable-spam-4bit"),
  /** Stable-SPAM whose moments are stored in 4 bits, both in blocks of 128. */
  STABLE_SPAM_4BIT_BLOCK("stable-spam-4bit-block"),
  /** arXiv 2501.06842. */
  SPAM("spam"),
  /** Adam; weight decay is added to the gradient. */
  ADAM("adam"),
  /** Adam with decoupled weight decay. */
  ADAMW("adamw"),
  /** Adam whose gradients are scaled to an l2 norm of at most 1 over all tensors. */
  ADAM_CLIP("adam-clip"),
  /** arXiv 1804.04235. */
  ADAFACTOR("adafactor"),
  /** arXiv 2406.16793. */
  ADAM_MINI("adam-mini"),
  /** Adam-mini behind AdaClip and AdaGN. */
  ADAM_MINI_STABLE("adam-mini-stable"),
  /** arXiv 2302.06675. */
  LION("lion"),
  /** Lion behind AdaClip and AdaGN. */
  LION_STABLE("lion-stable"),
  /** Stochastic gradient descent with momentum. */
  SGDM("sgdm"),
  /** AdamW with 4-bit moments as the paper has them (arXiv 2309.01507): rank-1 second moments. */
  ADAMW_4BIT("adamw-4bit"),
  /** AdamW with 4-bit moments as the authors' default configuration has them: blocks of 128. */
  ADAMW_4BIT_BLOCK("adamw-4bit-block"),
  /** AdamW with a 4-bit first and a factored second moment (arXiv 2309.01507). */
  FACTOR_4BIT("factor-4bit"),
  /** {@link #SGDM} with a 4-bit momentum buffer. */
  SGDM_4BIT("sgdm-4bit"),
  /** AdamW with 8-bit moments in blocks of 256 (arXiv 2110.02861, bitsandbytes). */
  ADAMW_8BIT("adamw-8bit"),
  /** arXiv 2310.10195. */
  ADALOMO("adalomo");

  private static final UpdateRule ADAM_LERP = new UpdateRule.Adam(.9, .999, 1e-8, false, true);
  private static final UpdateRule ADAMW_LERP = new UpdateRule.Adam(.9, .999, 1e-8, true, true);
  private static final UpdateRule BLENDED = new UpdateRule.Adam(.9, .999, 1e-8, true, false);
  private static final UpdateRule MINI = new UpdateRule.AdamMini(.9, .999, 1e-8, 1);
  private static final UpdateRule SIGN = new UpdateRule.Lion(.9, .99);

  private final String label;

  Algorithm(String label) {
    this.label = label;
  }

  /** Its name on command lines and in saved states, e.g. {@code stable-spam}. */
  public String label() {
    return label;
  }

  /**
   * The algorithm of this name.
   *
   * @throws IllegalArgumentException if there is none; the message lists all
   */
  public static Algorithm byLabel(String label) {
    for (Algorithm algorithm : values()) {
      if (algorithm.label.equals(label)) {
        return algorithm;
      }
    }
    String all = Arrays.stream(values()).map(Algorithm::label).collect(Collectors.joining(", "));
    throw new IllegalArgumentException("algorithm \"" + label + "\": expected one of " + all);
  }

  /** The published settings, in {@link Mode#CORRECTED}. */
  public OptimizerConfig defaults() {
    return switch (this) {
      case STABLE_SPAM -> stableSpam(StateFormat.FLOAT32);
      case STABLE_SPAM_4BIT -> stableSpam(StateFormat.PAPER_4_BIT);
      case STABLE_SPAM_4BIT_BLOCK -> stableSpam(StateFormat.BLOCK_4_BIT);
      case SPAM -> plain(1e-3, 0, new UpdateRule.Spam(.9, .999, 1e-6, 150, 5000, 20, 1)).withResetInterval(500);
      case ADAM -> plain(1e-3, 0, ADAM_LERP);
      case ADAMW -> plain(1e-3, 1e-2, ADAMW_LERP);
      case ADAM_CLIP -> plain(1e-3, 0, ADAM_LERP).withConditioning(new Conditioning(false, false, .7, .9, .999, 1e-8, 1, StatisticsPrecision.FLOAT64, false));
      case ADAFACTOR -> plain(1e-3, 0, new UpdateRule.Adafactor(1e-30, 1e-3, 1, .8, 0, false, false));
      case ADAM_MINI -> plain(1e-3, 0, MINI);
      case ADAM_MINI_STABLE -> plain(1e-3, 0, MINI).withConditioning(Conditioning.STABLE_SPAM);
      case LION -> plain(1e-4, 0, SIGN);
      case LION_STABLE -> plain(1e-4, 0, SIGN).withConditioning(Conditioning.STABLE_SPAM);
      case SGDM -> plain(1e-2, 0, new UpdateRule.Sgdm(.9, false));
      case ADAMW_4BIT -> plain(1e-3, 1e-2, ADAMW_LERP).withStates(StateFormat.PAPER_4_BIT);
      case ADAMW_4BIT_BLOCK -> plain(1e-3, 1e-2, ADAMW_LERP).withStates(StateFormat.BLOCK_4_BIT);
      case FACTOR_4BIT ->
          plain(1e-3, 1e-2, ADAMW_LERP).withStates(new StateFormat(MomentFormat.DYNAMIC_4_BLOCK_128, MomentFormat.FACTORED, 4096));
      case SGDM_4BIT ->
          plain(1e-2, 0, new UpdateRule.Sgdm(.9, false))
              .withStates(new StateFormat(MomentFormat.DYNAMIC_4_BLOCK_128, MomentFormat.FLOAT32, 4096));
      case ADAMW_8BIT -> plain(1e-3, 1e-2, ADAMW_LERP).withStates(StateFormat.BLOCK_8_BIT);
      case ADALOMO -> plain(1e-3, 0, new UpdateRule.Adafactor(1e-30, 1e-3, 1, .8, 0, false, true));
    };
  }

  private OptimizerConfig plain(double rate, double weightDecay, UpdateRule rule) {
    return new OptimizerConfig(
        this,
        Mode.CORRECTED,
        LearningRate.constant(rate),
        weightDecay,
        rule,
        Conditioning.NONE,
        CosineFactor.NONE,
        0,
        StateFormat.FLOAT32,
        NonFinitePolicy.SKIP_TENSOR,
        false,
        0);
  }

  private OptimizerConfig stableSpam(StateFormat states) {
    return plain(1e-3, 0, BLENDED).withConditioning(Conditioning.STABLE_SPAM).withResetInterval(1000).withStates(states);
  }
}
