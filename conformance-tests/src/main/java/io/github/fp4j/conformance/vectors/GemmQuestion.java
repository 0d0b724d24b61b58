package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.tensorfile.DataType;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.formats.gemm.Epilogue;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * The operands of a {@code gemm} or {@code epilogue} question.
 *
 * @param c [M, N]; null if absent
 */
public record GemmQuestion(GemmOperand a, GemmOperand b, float @Nullable [] c) {

  /** @throws IllegalArgumentException if the question is another */
  public static GemmQuestion of(Question question) {
    int first = question.operation() == Operation.EPILOGUE ? 1 : 0;
    if (question.operation() != Operation.GEMM && first == 0) {
      throw new IllegalArgumentException("question = " + question.operation().word() + ": expected gemm or epilogue");
    }
    OperandFormat format = OperandFormat.byName(question.arguments().get(first)).orElseThrow();
    int k = Operation.number(question.arguments(), first + 3);
    Tensor c = question.input("c");
    return new GemmQuestion(
        operand(question, "a", format, Operation.number(question.arguments(), first + 1), k),
        operand(question, "b", format, Operation.number(question.arguments(), first + 2), k),
        c.elementCount() == 0 ? null : c.toFloats());
  }

  private static GemmOperand operand(Question question, String name, OperandFormat format, int rows, int k) {
    return new GemmOperand(format, rows, k, question.input(name + "-codes").toBytes(), question.input(name + "-scales").toBytes());
  }

  /** The {@code gemm} question for these operands. */
  Question question() {
    List<Tensor> inputs = operands();
    inputs.add(c == null ? absent("c") : Tensor.ofFloats("c", c, a.rows(), b.rows()));
    return new Question(Operation.GEMM, shape(), inputs);
  }

  /**
   * The {@code epilogue} question for these operands; C is added by the epilogue.
   *
   * @param bias [M]; null if absent
   */
  Question question(Epilogue epilogue, float @Nullable [] bias) {
    List<Tensor> inputs = operands();
    inputs.add(Tensor.ofFloats("alpha", new float[] {epilogue.alpha()}, 1));
    inputs.add(Tensor.ofFloats("beta", new float[] {epilogue.beta()}, 1));
    inputs.add(c == null ? absent("c") : Tensor.ofFloats("c", c, a.rows(), b.rows()));
    inputs.add(bias == null ? absent("bias") : Tensor.ofFloats("bias", bias, bias.length));
    List<String> arguments = new ArrayList<>(List.of(epilogue.output().name().toLowerCase(Locale.ROOT)));
    arguments.addAll(shape());
    return new Question(Operation.EPILOGUE, arguments, inputs);
  }

  private List<String> shape() {
    return List.of(a.format().name(), Integer.toString(a.rows()), Integer.toString(b.rows()), Integer.toString(a.k()));
  }

  private List<Tensor> operands() {
    List<Tensor> inputs = new ArrayList<>();
    add(inputs, "a", a);
    add(inputs, "b", b);
    return inputs;
  }

  private static void add(List<Tensor> inputs, String name, GemmOperand operand) {
    inputs.add(Tensor.ofBytes(name + "-codes", operand.codes(), operand.rows(), operand.codes().length / operand.rows()));
    inputs.add(Tensor.ofBytes(name + "-scales", operand.scales(), operand.rows(), operand.scales().length / operand.rows()));
  }

  private static Tensor absent(String name) {
    return new Tensor(name, DataType.F32, new long[] {0}, MemorySegment.ofArray(new byte[0]));
  }
}
