package io.github.fp4j.conformance.cli;

import io.github.fp4j.backend.Backends;
import io.github.fp4j.conformance.diagnosis.GemmTask;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.Epilogue;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** {@code fp4j explain gemm}: one small product with its operands on the command line. */
@Command(
    name = "gemm",
    description = {
      "Explain a small product: its terms, the exact value, each model's answer and, with --answer or --backend, which known fault gives a wrong one.",
      "Rows are written in hexadecimal and separated by commas; float32 as their bits."
    },
    mixinStandardHelpOptions = true)
final class ExplainGemmCommand implements Callable<Integer> {
  @Spec private CommandSpec spec;

  @Option(names = "--model", required = true, paramLabel = "ID", description = "Accumulation model; see 'fp4j gemm --list'.")
  private String model = "";

  @Option(names = "--format", defaultValue = "nvfp4", paramLabel = "nvfp4|mxfp4", description = "Format of A and B (default: ${DEFAULT-VALUE}).")
  private String format = "nvfp4";

  @Option(names = "--a-codes", required = true, paramLabel = "HEX,..", description = "Rows of A: packed codes, the low nibble first.")
  private String codesOfA = "";

  @Option(names = "--a-scales", required = true, paramLabel = "HEX,..", description = "Rows of A: scale bytes.")
  private String scalesOfA = "";

  @Option(names = "--b-codes", required = true, paramLabel = "HEX,..", description = "Rows of B: packed codes.")
  private String codesOfB = "";

  @Option(names = "--b-scales", required = true, paramLabel = "HEX,..", description = "Rows of B: scale bytes.")
  private String scalesOfB = "";

  @Option(names = "--c", paramLabel = "BITS,..", description = "C, row after row: what the accumulators start from; with --beta the epilogue adds it.")
  private @Nullable String c;

  @Option(names = "--alpha", defaultValue = "1", paramLabel = "F", description = "Factor of the accumulators (default: 1).")
  private float alpha = 1;

  @Option(names = "--beta", defaultValue = "0", paramLabel = "F", description = "Factor of C (default: 0).")
  private float beta;

  @Option(names = "--bias", paramLabel = "BITS,..", description = "What the epilogue adds to each row of D.")
  private @Nullable String bias;

  @Option(names = "--output", paramLabel = "TYPE", defaultValue = "fp32", description = "Type of D, whose answers are float32 bits all the same: ${COMPLETION-CANDIDATES} (default: ${DEFAULT-VALUE}).")
  private Epilogue.Output output = Epilogue.Output.FP32;

  @Option(names = "--answer", paramLabel = "BITS,..", description = "D as a device gave it.")
  private @Nullable String answer;

  @Option(names = "--backend", paramLabel = "NAME", description = "Ask this implementation for D.")
  private @Nullable String backend;

  @Override
  public Integer call() {
    OperandFormat operands =
        OperandFormat.byName(format)
            .filter(f -> f == OperandFormat.NVFP4 || f == OperandFormat.MXFP4)
            .orElseThrow(() -> new IllegalArgumentException("--format " + format + ": expected nvfp4 or mxfp4"));
    GemmOperand a = operand(operands, "--a", codesOfA, scalesOfA);
    GemmOperand b = operand(operands, "--b", codesOfB, scalesOfB);
    int outputs = a.rows() * b.rows();
    float[] start = c == null ? null : Hexadecimal.floats("--c", c, outputs);
    float[] biases = bias == null ? null : Hexadecimal.floats("--bias", bias, a.rows());
    Epilogue epilogue = new Epilogue(alpha, beta, Epilogue.Combination.FUSED, output);
    GemmTask task = new GemmTask("product", AccumulationModels.byId(model), false, a, b, start, epilogue, biases);
    return TaskExplanation.print(task, actual(task, outputs), spec.commandLine().getOut());
  }

  private int @Nullable [] actual(GemmTask task, int outputs) {
    if (answer != null && backend != null) {
      throw new IllegalArgumentException("--answer and --backend: expected one of them");
    }
    if (answer != null) {
      return Hexadecimal.numbers("--answer", answer, outputs);
    }
    if (backend == null) {
      return null;
    }
    float[] d = new float[outputs];
    Backends.byName(backend).gemms().orElseThrow(() -> new IllegalArgumentException("--backend " + backend + ": it has no products"))
        .multiply(model, task.a(), task.b(), task.epilogue().beta() == 0 ? task.c() : null, d);
    if (!task.epilogue().equals(Epilogue.NONE) || task.bias() != null) {
      task.epilogue().apply(d, task.epilogue().beta() == 0 ? null : task.c(), task.bias());
    }
    int[] bits = new int[outputs];
    for (int i = 0; i < outputs; i++) {
      bits[i] = Float.floatToRawIntBits(d[i]);
    }
    return bits;
  }

  private static GemmOperand operand(OperandFormat format, String name, String codes, String scales) {
    byte[][] codeRows = Hexadecimal.rows(name + "-codes", codes);
    byte[][] scaleRows = Hexadecimal.rows(name + "-scales", scales);
    if (codeRows.length != scaleRows.length) {
      throw new IllegalArgumentException("%s-codes has %d rows, %s-scales %d: expected as many".formatted(name, codeRows.length, name, scaleRows.length));
    }
    return new GemmOperand(format, codeRows.length, 2 * codeRows[0].length, joined(codeRows), joined(scaleRows));
  }

  private static byte[] joined(byte[][] rows) {
    byte[] joined = new byte[rows.length * rows[0].length];
    for (int row = 0; row < rows.length; row++) {
      System.arraycopy(rows[row], 0, joined, row * rows[0].length, rows[0].length);
    }
    return joined;
  }
}
