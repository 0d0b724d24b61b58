package io.github.fp4j.conformance.diagnosis;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.AccumulatorType;
import io.github.fp4j.formats.gemm.Certificate;
import io.github.fp4j.formats.gemm.Epilogue;
import io.github.fp4j.formats.gemm.ErrorAnalysis;
import io.github.fp4j.formats.gemm.Gemm;
import io.github.fp4j.formats.gemm.GemmOperand;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * One product {@code D = epilogue(A * transpose(B) + C)} with float32 D, [M, N]; outputs are D's bits, row after row.
 *
 * @param name what it is, for reports
 * @param model whose bits D must have
 * @param ownAccumulator whether the subject claims no model: D is judged only where every accumulator agrees, and a NaN may have any payload
 * @param a M rows along K
 * @param b N rows along K: B transposed
 * @param c [M, N]: what the accumulators start from or, if the epilogue's beta is not 0, what it adds; null for zeros
 * @param epilogue what is done to the accumulators; {@link Epilogue#NONE} for nothing
 * @param bias [M]: what the epilogue adds to each row of D last; null for none
 */
public record GemmTask(
    String name, AccumulationModel model, boolean ownAccumulator, GemmOperand a, GemmOperand b, float @Nullable [] c, Epilogue epilogue,
    float @Nullable [] bias)
    implements Task<GemmTask> {

  /** A product under a named model, without an epilogue. */
  public static GemmTask of(String name, AccumulationModel model, GemmOperand a, GemmOperand b, float @Nullable [] c) {
    return new GemmTask(name, model, false, a, b, c, Epilogue.NONE, null);
  }

  /** The same with other operands. */
  GemmTask with(GemmOperand otherA, GemmOperand otherB) {
    return new GemmTask(name, model, ownAccumulator, otherA, otherB, c, epilogue, bias);
  }

  /** The same with another C. */
  GemmTask with(float @Nullable [] otherC) {
    return new GemmTask(name, model, ownAccumulator, a, b, otherC, epilogue, bias);
  }

  /** The same under another model. */
  GemmTask with(AccumulationModel other) {
    return new GemmTask(name, other, ownAccumulator, a, b, c, epilogue, bias);
  }

  /** The same with another epilogue. */
  GemmTask with(Epilogue other) {
    return new GemmTask(name, model, ownAccumulator, a, b, c, other, bias);
  }

  /** The same with another bias. */
  GemmTask withBias(float @Nullable [] other) {
    return new GemmTask(name, model, ownAccumulator, a, b, c, epilogue, other);
  }

  /** D's rows. */
  public int rows() {
    return a.rows();
  }

  /** D's columns. */
  public int columns() {
    return b.rows();
  }

  /** D as the model and the epilogue have it. */
  public Answers answers() {
    Gemm gemm = Gemm.of(model, a, b);
    AccumulatorType type = model.output().type();
    boolean plain = epilogue.equals(Epilogue.NONE) && bias == null;
    return i -> {
      float c0 = c == null ? 0 : c[i];
      boolean late = epilogue.beta() != 0;
      float accumulator = type.toFloat(gemm.dot(i / columns(), i % columns(), type.fromFloat(late ? 0 : c0)));
      return Float.floatToRawIntBits(plain ? accumulator : epilogue.apply(accumulator, c0, bias == null ? 0 : bias[i / columns()]));
    };
  }

  @Override
  public int[] right() {
    Answers answers = answers();
    return IntStream.range(0, rows() * columns()).map(answers::at).toArray();
  }

  @Override
  public List<Fault<GemmTask>> faults() {
    return GemmFaults.all(this);
  }

  @Override
  public boolean same(int one, int other) {
    return one == other || ownAccumulator && Float.isNaN(Float.intBitsToFloat(one)) && Float.isNaN(Float.intBitsToFloat(other));
  }

  /** Under an accumulator of the subject's own only where none rounds. */
  @Override
  public boolean isDetermined(int output) {
    if (!ownAccumulator) {
      return true;
    }
    float start = c == null ? 0 : c[output];
    return new Certificate(a, b).exactness(output / columns(), output % columns(), start) == Certificate.Exactness.PRODUCTS;
  }

  @Override
  public Stream<GemmTask> smaller() {
    return GemmShrinking.of(this);
  }

  @Override
  public @Nullable Reproduction reproduction(int[] actual, String subject) {
    return a.format().block() == 0 ? null : GemmReproduction.of(this, right(), actual, subject);
  }

  @Override
  public String place(int output) {
    return "D[%d, %d] of %d x %d, K = %d".formatted(output / columns(), output % columns(), rows(), columns(), a.k());
  }

  @Override
  public List<String> details(int output, int right, int actual) {
    int row = output / columns();
    int column = output % columns();
    List<String> lines = new ArrayList<>();
    lines.add("codes of A's row %d:   %s".formatted(row, hex(a, row, true)));
    lines.add("scales of A's row %d:  %s".formatted(row, hex(a, row, false)));
    lines.add("codes of B's row %d:   %s".formatted(column, hex(b, column, true)));
    lines.add("scales of B's row %d:  %s".formatted(column, hex(b, column, false)));
    lines.addAll(terms(row, column));
    if (c != null) {
      lines.add("C = " + text(Float.floatToRawIntBits(c[output])));
    }
    if (!epilogue.equals(Epilogue.NONE)) {
      lines.add("epilogue: alpha %s, beta %s, D in %s".formatted(epilogue.alpha(), epilogue.beta(), epilogue.output().name().toLowerCase(Locale.ROOT)));
    }
    if (bias != null) {
      lines.add("bias of row %d: %s".formatted(row, text(Float.floatToRawIntBits(bias[row]))));
    }
    lines.add("must be %s, is %s".formatted(text(right), text(actual)));
    lines.addAll(analysis(row, column, c == null || epilogue.beta() != 0 ? 0 : c[output]));
    return lines;
  }

  /** The nonzero blocks: exact sum of code products, scales, exact term. */
  private List<String> terms(int row, int column) {
    List<String> lines = new ArrayList<>();
    int block = a.format().block();
    for (int start = 0; block != 0 && start < a.k() && lines.size() < 8; start += block) {
      double sum = 0;
      for (int i = start; i < start + block; i++) {
        sum += ReferenceCodec.decodeDouble(a.format().element(), a.code(row, i)) * ReferenceCodec.decodeDouble(b.format().element(), b.code(column, i));
      }
      if (sum != 0) {
        double scales = scale(a, row, start) * scale(b, column, start);
        lines.add("block %d: products sum to %s, under scales 0x%02x and 0x%02x: %s".formatted(
            start / block, sum, a.scale(row, start), b.scale(column, start), sum * scales));
      }
    }
    return lines;
  }

  private static double scale(GemmOperand operand, int row, int index) {
    FloatFormat format = Objects.requireNonNull(operand.format().scale());
    return ReferenceCodec.decodeDouble(format, operand.scale(row, index) & format.codeCount() - 1);
  }

  private List<String> analysis(int row, int column, float start) {
    List<AccumulationModel> models =
        AccumulationModels.all().stream().filter(one -> one.supports(a.format(), b.format()) && one.output().type() == AccumulatorType.FP32).toList();
    List<String> lines = new ArrayList<>();
    try {
      ErrorAnalysis analysis = ErrorAnalysis.of(a, row, b, column, start, models);
      lines.add("exactly %s; nearest float32 %s".formatted(analysis.exact().toPlainString(), text(Float.floatToRawIntBits(analysis.nearest()))));
      analysis.answers().forEach(answer -> lines.add("  %-28s %s".formatted(answer.model(), text(answer.bits()))));
    } catch (IllegalArgumentException notFinite) {
      lines.add("no exact value: an input is infinite or NaN");
    }
    return lines;
  }

  private static String hex(GemmOperand operand, int row, boolean codes) {
    byte[] bytes = codes ? operand.codes() : operand.scales();
    int length = bytes.length / operand.rows();
    return HexFormat.of().formatHex(bytes, row * length, (row + 1) * length);
  }

  /** Float32 bits with their value. */
  static String text(int bits) {
    return "0x%08x (%s)".formatted(bits, Float.intBitsToFloat(bits));
  }

  @Override
  public List<Trait> traits() {
    List<Trait> traits = new ArrayList<>(List.of(Trait.single("rows", i -> i / columns()), Trait.single("columns", i -> i % columns())));
    if (a.format().block() != 0) {
      traits.add(new Trait("scales of A", i -> scales(a, i / columns())));
      traits.add(new Trait("scales of B", i -> scales(b, i % columns())));
    }
    return traits;
  }

  private static int[] scales(GemmOperand operand, int row) {
    return IntStream.range(0, operand.k() / operand.format().block()).map(block -> operand.scale(row, block * operand.format().block())).distinct().toArray();
  }

  @Override
  public HeatMap heatMap(Observation<GemmTask> observation) {
    return HeatMap.of("D of " + name, observation, rows(), columns());
  }
}
