package io.github.fp4j.conformance.suite;

import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import java.util.ArrayList;
import java.util.List;

/** All coverage classes of a level, in the order they are asked. */
public final class Suites {
  private Suites() {}

  /** The classes of {@code level}. */
  public static List<CoverageClass> at(Level level) {
    List<CoverageClass> classes = new ArrayList<>();
    for (FloatFormat format : AskedConversions.FORMATS) {
      classes.add(new DecodeClass(format));
    }
    List<Conversion> conversions = AskedConversions.all();
    for (Conversion conversion : conversions) {
      classes.add(new EncodeClass(conversion, level.sweepsAllFloats(conversion)));
    }
    for (Conversion conversion : conversions) {
      classes.add(new DoubleRoundingClass(conversion, true));
      classes.add(new DoubleRoundingClass(conversion, false));
    }
    for (Conversion conversion : conversions) {
      classes.add(new ThresholdClass(conversion));
    }
    classes.add(new StochasticClass(FloatFormat.E2M1));
    classes.addAll(BlockSuites.at(level));
    classes.addAll(GemmSuites.at(level));
    classes.addAll(OptimizerSuites.all());
    return classes;
  }

  /** What a suite's id stands for, in one line. */
  public static String title(String suite) {
    return switch (suite) {
      case "X1" -> "decode every code, encode it again";
      case "X2" -> "encode float32";
      case "X3" -> "double-rounding traps";
      case "X4" -> "every product of codes and scales";
      case "X5" -> "restore every scale with every code";
      case "X6" -> "rounding thresholds -1/0/+1 ulp";
      case "X7" -> "block scales at every boundary";
      case "X8" -> "layouts of scales and codes";
      case "X9" -> "stochastic rounding";
      case "XD" -> "vectors that tell accumulators apart";
      case "XG" -> "matrix products with one right answer";
      case "XH" -> "Hadamard transforms";
      case "XO" -> "optimizer kernels and whole steps";
      case "XQ" -> "profiles on every kind of input";
      case "XR" -> "matrix products over the whole range";
      case "XV" -> "vectors";
      default -> throw new IllegalArgumentException("suite = " + suite + ": expected X1 to X9, XD, XG, XH, XO, XQ, XR or XV");
    };
  }
}
