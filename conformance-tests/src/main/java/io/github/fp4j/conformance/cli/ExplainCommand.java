package io.github.fp4j.conformance.cli;

import io.github.fp4j.formats.FloatFormat;
import java.io.PrintWriter;
import java.util.Locale;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** {@code fp4j explain}: what a code means, or what becomes of a number. */
@Command(
    name = "explain",
    description = {
      "Explain a code (fp4j explain e4m3 0x7e) or what becomes of a number (fp4j explain 0.3 --to e2m1).",
      "With gemm or block: a small product, or numbers under a quantisation profile (fp4j explain gemm --help).",
      "Numbers: 0.3, -1e-3, 0x1.8p1, nan, -inf, or float32 bits as bits:0x3e99999a."
    },
    subcommands = {ExplainGemmCommand.class, ExplainBlockCommand.class},
    mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Parameters(index = "0", arity = "0..1", paramLabel = "FORMAT|NUMBER", description = "A format, followed by a code; or a number, with --to.")
  private @Nullable String what;

  @Parameters(index = "1", arity = "0..1", paramLabel = "CODE", description = "The code, e.g. 0x7e, 126 or 0b1111110.")
  private @Nullable String code;

  @Option(names = "--to", paramLabel = "FORMAT", description = "The format a number is converted to.")
  private @Nullable String to;

  @Override
  public Integer call() {
    PrintWriter out = spec.commandLine().getOut();
    if (what != null && to != null && code == null) {
      new NumberExplanation(format("--to", to), number(what)).print(out);
    } else if (what != null && to == null && code != null) {
      FloatFormat format = format("FORMAT", what);
      new CodeExplanation(format, code(format, code)).print(out);
    } else {
      throw new IllegalArgumentException("expected a format and a code (e4m3 0x7e), or a number and --to FORMAT (0.3 --to e2m1)");
    }
    return ExitCode.OK;
  }

  private static FloatFormat format(String argument, String name) {
    return FloatFormat.byName(name)
        .filter(format -> format.width() <= 16)
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    argument + " " + name + ": expected a format of at most 16 bits: e2m1, e2m3, e3m2, e4m3, e4m3-ieee, ue4m3, e5m2, ue5m3, ue8m0, bf16, fp16 or any eXmY"));
  }

  private static int code(FloatFormat format, String text) {
    try {
      String digits = text.toLowerCase(Locale.ROOT).replace("_", "");
      int code = digits.startsWith("0b") ? Integer.parseInt(digits.substring(2), 2) : Integer.decode(digits);
      if (code >= 0 && code < format.codeCount()) {
        return code;
      }
    } catch (NumberFormatException e) {
      // reported below, with what is right
    }
    throw new IllegalArgumentException("CODE %s: expected 0x0 to 0x%x for %s".formatted(text, format.codeCount() - 1, format));
  }

  private static double number(String text) {
    String lower = text.toLowerCase(Locale.ROOT);
    try {
      if (lower.startsWith("bits:0x")) {
        return Float.intBitsToFloat(Integer.parseUnsignedInt(lower.substring(7), 16));
      }
      return switch (lower) {
        case "nan", "+nan" -> Double.NaN;
        case "-nan" -> Float.intBitsToFloat(0xFFC00000);
        case "inf", "+inf", "infinity" -> Double.POSITIVE_INFINITY;
        case "-inf", "-infinity" -> Double.NEGATIVE_INFINITY;
        default -> Double.parseDouble(lower);
      };
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("NUMBER " + text + ": expected e.g. 0.3, -1e-3, 0x1.8p1, nan, -inf or bits:0x3e99999a", e);
    }
  }
}
