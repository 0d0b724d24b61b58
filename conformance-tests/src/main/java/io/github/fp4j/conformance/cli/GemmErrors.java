package io.github.fp4j.conformance.cli;

import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.AccumulatorType;
import io.github.fp4j.formats.gemm.ErrorAnalysis;
import io.github.fp4j.formats.gemm.Fp32Accumulation;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandRows;
import java.io.PrintWriter;
import java.math.MathContext;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;

/** Forward errors of a product under every accumulation that takes its operands, on outputs that are spread evenly over D. */
final class GemmErrors {
  private final GemmOperand a;
  private final GemmOperand b;
  private final float @Nullable [] c;
  private final boolean pairwise;
  private final List<AccumulationModel> models;

  /** @param pairwise D is one dot product for each pair of rows */
  GemmErrors(GemmOperand a, GemmOperand b, float @Nullable [] c, boolean pairwise) {
    this.a = a;
    this.b = b;
    this.c = c;
    this.pairwise = pairwise;
    models =
        AccumulationModels.all().stream()
            .filter(model -> model.supports(a.format(), b.format()) && model.output().type() == AccumulatorType.FP32)
            .filter(model -> model.step().products() == AccumulationModel.ALL_OF_K || a.k() % model.step().products() == 0)
            .toList();
  }

  /** One output under all accumulations; no analysis where an input of it is infinite or NaN. */
  private record Output(int row, int column, @Nullable ErrorAnalysis analysis, float fp32) {
    List<ErrorAnalysis.Answer> answers(ErrorAnalysis of) {
      List<ErrorAnalysis.Answer> answers = new ArrayList<>(of.answers());
      answers.add(new ErrorAnalysis.Answer(Fp32Accumulation.ID, Float.floatToRawIntBits(fp32), of.ulps(fp32)));
      return answers;
    }
  }

  /** Prints a table over {@code sample} outputs (all, if there are fewer), and the output on which {@code model} errs most. */
  void print(int sample, String model, PrintWriter out) {
    long total = pairwise ? a.rows() : (long) a.rows() * b.rows();
    long count = Math.min(sample, total);
    List<Output> outputs = LongStream.range(0, count).parallel().mapToObj(i -> output(i * total / count)).toList();
    List<Output> analysed = outputs.stream().filter(output -> output.analysis != null).toList();
    out.printf("forward errors of %d of %d outputs, K = %d, in ulp of float32%n", analysed.size(), total, a.k());
    if (analysed.size() < outputs.size()) {
      out.printf("left out: %d with an infinite or NaN input, which have no exact value%n", outputs.size() - analysed.size());
    }
    if (analysed.isEmpty()) {
      return;
    }
    out.printf("%-27s %12s %12s %18s%n", "accumulation", "largest", "mean |error|", "correctly rounded");
    int accumulations = models.size() + 1;
    for (int i = 0; i < accumulations; i++) {
      printRow(i, analysed, out);
    }
    int asked = models.stream().map(AccumulationModel::id).collect(Collectors.toList()).indexOf(model);
    printWorst(asked < 0 ? accumulations - 1 : asked, analysed, out);
  }

  private Output output(long index) {
    int row = pairwise ? (int) index : (int) (index / b.rows());
    int column = pairwise ? (int) index : (int) (index % b.rows());
    float start = c == null ? 0 : c[(int) index];
    float[] values = new float[2 * a.k()];
    new OperandRows(a.format()).decode(a, row, values, 0);
    new OperandRows(b.format()).decode(b, column, values, a.k());
    float fp32 = Fp32Accumulation.dot(values, 0, values, a.k(), a.k(), start);
    boolean finite = Float.isFinite(start);
    for (float value : values) {
      finite &= Float.isFinite(value);
    }
    return new Output(row, column, finite ? ErrorAnalysis.of(a, row, b, column, start, models) : null, fp32);
  }

  private static double error(Output output, int accumulation) {
    ErrorAnalysis analysis = output.analysis;
    return analysis == null ? 0 : Math.abs(output.answers(analysis).get(accumulation).ulps());
  }

  private static void printRow(int accumulation, List<Output> outputs, PrintWriter out) {
    double largest = 0;
    double sum = 0;
    int right = 0;
    String name = "";
    for (Output output : outputs) {
      ErrorAnalysis analysis = output.analysis;
      if (analysis != null) {
        ErrorAnalysis.Answer answer = output.answers(analysis).get(accumulation);
        name = answer.model();
        largest = Math.max(largest, Math.abs(answer.ulps()));
        sum += Math.abs(answer.ulps());
        right += Float.intBitsToFloat(answer.bits()) == analysis.nearest() ? 1 : 0;
      }
    }
    out.printf("%-27s %12.4g %12.4g %18s%n", name, largest, sum / outputs.size(), right + " of " + outputs.size());
  }

  private static void printWorst(int accumulation, List<Output> outputs, PrintWriter out) {
    Output worst = outputs.getFirst();
    for (Output output : outputs) {
      worst = error(output, accumulation) > error(worst, accumulation) ? output : worst;
    }
    ErrorAnalysis analysis = worst.analysis;
    if (analysis == null) {
      return;
    }
    List<ErrorAnalysis.Answer> answers = worst.answers(analysis);
    out.printf("%nwhere %s errs most: row %d of A, row %d of B%n", answers.get(accumulation).model(), worst.row, worst.column);
    out.printf("%-27s %s%n", "exact", analysis.exact().round(MathContext.DECIMAL64).toString());
    for (ErrorAnalysis.Answer answer : answers) {
      out.printf("%-27s %08X  %-16s %+.4g ulp%n", answer.model(), answer.bits(), Float.intBitsToFloat(answer.bits()), answer.ulps());
    }
  }
}
