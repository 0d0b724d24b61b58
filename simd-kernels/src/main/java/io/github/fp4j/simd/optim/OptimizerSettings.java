package io.github.fp4j.simd.optim;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The settings of an {@link OptimizerConfig} by name, as text: {@code lr beta1 beta2 eps weight-decay gamma1 gamma2 gamma3 schedule-length eta-min
 * reset-interval} and each algorithm's own. What {@link #list} writes, {@link #build} reads back to an equal configuration.
 */
public final class OptimizerSettings {
  private OptimizerSettings() {}

  /** Every setting that {@code config}'s algorithm has, in a fixed order. */
  public static Map<String, String> list(OptimizerConfig config) {
    Map<String, String> settings = new LinkedHashMap<>();
    LearningRate rate = config.learningRate();
    put(settings, "lr", rate.peak());
    put(settings, "lr-warmup", rate.warmup());
    put(settings, "lr-length", rate.length());
    put(settings, "lr-floor", rate.floor());
    LearningRate.QafPhase qaf = rate.qaf();
    put(settings, "qaf-start", qaf == null ? 0 : qaf.start());
    put(settings, "qaf-warmup", qaf == null ? 0 : qaf.warmup());
    put(settings, "qaf-length", qaf == null ? 0 : qaf.length());
    put(settings, "qaf-floor", qaf == null ? 0. : qaf.floor());
    put(settings, "weight-decay", config.weightDecay());
    listRule(settings, config.rule());
    Conditioning conditioning = config.conditioning();
    put(settings, "adaclip", conditioning.adaClip());
    put(settings, "adagn", conditioning.adaGn());
    put(settings, "gamma1", conditioning.gamma1());
    put(settings, "gamma2", conditioning.gamma2());
    put(settings, "gamma3", conditioning.gamma3());
    put(settings, "adagn-eps", conditioning.epsilon());
    put(settings, "max-norm", conditioning.maxNorm());
    put(settings, "statistics", SettingReader.name(conditioning.precision()));
    put(settings, "clip-in-place", conditioning.clipInPlace());
    put(settings, "schedule-length", config.cosine().scheduleLength());
    put(settings, "eta-min", config.cosine().etaMin());
    put(settings, "reset-interval", config.resetInterval());
    put(settings, "first-moment", config.states().first().name());
    put(settings, "second-moment", config.states().second().name());
    put(settings, "full-precision-up-to", config.states().fullPrecisionUpTo());
    put(settings, "non-finite", SettingReader.name(config.nonFinite()));
    put(settings, "stochastic-parameters", config.stochasticParameters());
    put(settings, "seed", config.seed());
    return settings;
  }

  private static void listRule(Map<String, String> settings, UpdateRule rule) {
    switch (rule) {
      case UpdateRule.Adam r -> {
        putAdam(settings, r.beta1(), r.beta2(), r.epsilon());
        put(settings, "decoupled", r.decoupled());
        put(settings, "lerp", r.lerp());
      }
      case UpdateRule.Spam r -> {
        putAdam(settings, r.beta1(), r.beta2(), r.epsilon());
        put(settings, "warmup", r.warmup());
        put(settings, "threshold", r.threshold());
        put(settings, "grace", r.grace());
        put(settings, "density", r.density());
      }
      case UpdateRule.Sgdm r -> {
        put(settings, "momentum", r.momentum());
        put(settings, "nesterov", r.nesterov());
      }
      case UpdateRule.Lion r -> {
        put(settings, "beta1", r.beta1());
        put(settings, "beta2", r.beta2());
      }
      case UpdateRule.Adafactor r -> {
        put(settings, "eps1", r.epsilon1());
        put(settings, "eps2", r.epsilon2());
        put(settings, "clip-threshold", r.clipThreshold());
        put(settings, "decay-exponent", r.decayExponent());
        put(settings, "beta1", r.beta1());
        put(settings, "relative-step", r.relativeStep());
        put(settings, "scale-parameter", r.scaleParameter());
      }
      case UpdateRule.AdamMini r -> {
        putAdam(settings, r.beta1(), r.beta2(), r.epsilon());
        put(settings, "blocks", r.blocks());
      }
    }
  }

  private static void putAdam(Map<String, String> settings, double beta1, double beta2, double epsilon) {
    put(settings, "beta1", beta1);
    put(settings, "beta2", beta2);
    put(settings, "eps", epsilon);
  }

  private static void put(Map<String, String> settings, String key, Object value) {
    settings.put(key, value.toString());
  }


  /**
   * {@code config} with one setting changed. {@code eps} also sets {@code adagn-eps}, as the authors' code has one of both.
   *
   * @throws IllegalArgumentException if the algorithm has no such setting or the value is not in its range; the message says what would be right
   */
  public static OptimizerConfig set(OptimizerConfig config, String key, String value) {
    Map<String, String> settings = list(config);
    if (!settings.containsKey(key)) {
      throw new IllegalArgumentException("setting \"" + key + "\" of " + config.algorithm().label() + ": expected one of " + String.join(" ", settings.keySet()));
    }
    settings.put(key, value);
    if (key.equals("eps")) {
      settings.put("adagn-eps", value);
    }
    return build(config.algorithm(), config.mode(), settings);
  }

  /**
   * The configuration with these settings; what is not named has the algorithm's default.
   *
   * @throws IllegalArgumentException as for {@link #set}
   */
  public static OptimizerConfig build(Algorithm algorithm, Mode mode, Map<String, String> settings) {
    OptimizerConfig defaults = algorithm.defaults();
    Map<String, String> all = list(defaults);
    for (Map.Entry<String, String> setting : settings.entrySet()) {
      if (all.replace(setting.getKey(), setting.getValue()) == null) {
        throw new IllegalArgumentException("setting \"" + setting.getKey() + "\" of " + algorithm.label() + ": expected one of " + String.join(" ", all.keySet()));
      }
    }
    SettingReader s = new SettingReader(all);
    LearningRate rate = new LearningRate(s.number("lr"), s.count("lr-warmup"), s.count("lr-length"), s.number("lr-floor"), qaf(s));
    Conditioning conditioning =
        new Conditioning(
            s.flag("adaclip"),
            s.flag("adagn"),
            s.number("gamma1"),
            s.number("gamma2"),
            s.number("gamma3"),
            s.number("adagn-eps"),
            s.number("max-norm"),
            s.constant("statistics", StatisticsPrecision.class),
            s.flag("clip-in-place"));
    StateFormat states =
        new StateFormat(
            MomentFormat.byName(s.text("first-moment")), MomentFormat.byName(s.text("second-moment")), s.count("full-precision-up-to"));
    return new OptimizerConfig(
        algorithm,
        mode,
        rate,
        s.number("weight-decay"),
        rule(defaults.rule(), s),
        conditioning,
        new CosineFactor(s.count("schedule-length"), s.number("eta-min")),
        s.count("reset-interval"),
        states,
        s.constant("non-finite", NonFinitePolicy.class),
        s.flag("stochastic-parameters"),
        s.integer("seed"));
  }

  private static LearningRate.@Nullable QafPhase qaf(SettingReader s) {
    return s.count("qaf-start") == 0 ? null : new LearningRate.QafPhase(s.count("qaf-start"), s.count("qaf-warmup"), s.count("qaf-length"), s.number("qaf-floor"));
  }

  private static UpdateRule rule(UpdateRule kind, SettingReader s) {
    return switch (kind) {
      case UpdateRule.Adam _ -> new UpdateRule.Adam(s.number("beta1"), s.number("beta2"), s.number("eps"), s.flag("decoupled"), s.flag("lerp"));
      case UpdateRule.Spam _ ->
          new UpdateRule.Spam(
              s.number("beta1"), s.number("beta2"), s.number("eps"), s.count("warmup"), s.number("threshold"), s.count("grace"), s.number("density"));
      case UpdateRule.Sgdm _ -> new UpdateRule.Sgdm(s.number("momentum"), s.flag("nesterov"));
      case UpdateRule.Lion _ -> new UpdateRule.Lion(s.number("beta1"), s.number("beta2"));
      case UpdateRule.Adafactor _ ->
          new UpdateRule.Adafactor(
              s.number("eps1"),
              s.number("eps2"),
              s.number("clip-threshold"),
              s.number("decay-exponent"),
              s.number("beta1"),
              s.flag("relative-step"),
              s.flag("scale-parameter"));
      case UpdateRule.AdamMini _ -> new UpdateRule.AdamMini(s.number("beta1"), s.number("beta2"), s.number("eps"), s.count("blocks"));
    };
  }
}
