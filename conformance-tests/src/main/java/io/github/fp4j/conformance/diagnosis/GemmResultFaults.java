package io.github.fp4j.conformance.diagnosis;

import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.Overflow;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.gemm.Epilogue;
import io.github.fp4j.formats.gemm.Epilogue.Output;
import java.util.List;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.IntUnaryOperator;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Faults in C, the epilogue, and how D is rounded and written. */
final class GemmResultFaults {
  private static final int SIGN = 1 << 31;
  private static final int INFINITY = 0x7F800000;
  private static final int NVIDIA_NAN = 0x7FFFFFFF;
  private static final int QUIET_NAN = 0x7FC00000;

  /** Those of an epilogue, which the kernels' contract has not: libraries have it. */
  static final List<Fault<GemmTask>> EPILOGUE =
      List.of(
          epilogue("alpha-missing", "The result is not multiplied by alpha: the tensor scales are missing.", e -> epilogue(1, e)),
          epilogue("alpha-inverted", "The result is divided by alpha: the tensor scales are applied in the wrong direction.", e -> epilogue(1 / e.alpha(), e)),
          epilogue("alpha-twice", "The result is multiplied by alpha twice.", e -> epilogue(e.alpha() * e.alpha(), e)),
          epilogue("beta-ignored", "C is added without being multiplied by beta.", e -> new Epilogue(e.alpha(), 1, e.combination(), e.output())),
          epilogue(
              "epilogue-rounded-between", "alpha * accumulator and beta * C are rounded before they are added.",
              e -> new Epilogue(e.alpha(), e.beta(), Epilogue.Combination.SEPARATE, e.output())),
          epilogue(
              "epilogue-fused", "alpha * accumulator is not rounded before beta * C is added.",
              e -> new Epilogue(e.alpha(), e.beta(), Epilogue.Combination.FUSED, e.output())),
          output("output-not-rounded", "D is not rounded to its type.", Output.FP32),
          output("output-is-bf16", "D is rounded to bf16.", Output.BF16),
          output("output-is-fp16", "D is rounded to fp16.", Output.FP16),
          bias("bias-ignored", "The bias is not added.", task -> task.withBias(null)),
          bias("bias-negated", "The bias is subtracted.", task -> task.withBias(biases(task, bias -> -bias))),
          bias("bias-scaled", "The bias is multiplied by alpha.", task -> task.withBias(biases(task, bias -> task.epilogue().alpha() * bias))),
          bias("bias-of-first-row", "All rows of D have the bias of the first.", task -> task.withBias(biases(task, bias -> Objects.requireNonNull(task.bias())[0]))),
          biasOfColumn(),
          biasAfterRounding());

  static final List<Fault<GemmTask>> ALL =
      List.of(
          start("c-ignored", "C is not added.", task -> null),
          start("c-negated", "C is subtracted.", task -> changed(task, value -> -value)),
          start("c-doubled", "C is added twice.", task -> changed(task, value -> 2 * value)),
          start("c-column-major", "C is read column after column.", GemmResultFaults::transposedC),
          start("c-in-bf16", "C is rounded to bf16 before it is added.", task -> changed(task, value -> through(FloatFormat.BF16, value))),
          start("c-in-fp16", "C is rounded to fp16 before it is added.", task -> changed(task, value -> through(FloatFormat.FP16, value))),
          result("through-bf16", "D is rounded to bf16 on its way to float32.", bits -> through(FloatFormat.BF16, bits)),
          result("through-fp16", "D is rounded to fp16 on its way to float32.", bits -> through(FloatFormat.FP16, bits)),
          result("d-doubled", "D is twice what it must be.", bits -> Float.floatToRawIntBits(2 * Float.intBitsToFloat(bits))),
          result("d-halved", "D is half of what it must be.", bits -> Float.floatToRawIntBits(Float.intBitsToFloat(bits) / 2)),
          result("d-negated", "D has the wrong sign.", bits -> bits ^ SIGN),
          result("subnormals-flushed", "Subnormal results become zero.", bits -> (bits & ~SIGN) < 0x00800000 ? bits & SIGN : bits),
          result("zero-negative", "A zero result is -0 where it must be +0.", bits -> bits == 0 ? SIGN : bits),
          result("nan-is-7fc00000", "A NaN result is 0x7FC00000, the NaN of IEEE arithmetic, not NVIDIA's 0x7FFFFFFF.", bits -> bits == NVIDIA_NAN ? QUIET_NAN : bits),
          result("nan-is-zero", "A NaN result becomes zero.", bits -> bits == NVIDIA_NAN ? 0 : bits),
          result("overflow-saturates", "Overflow gives the largest float32 instead of infinity.", bits -> (bits & ~SIGN) == INFINITY ? bits - 1 : bits),
          Fault.of("d-column-major", "D is written column after column: it is transposed, or A and B are switched.", GemmResultFaults::columnMajor),
          Fault.of("d-rows-reversed", "The rows of D are written in reverse order.", task -> {
            Answers right = task.answers();
            return i -> right.at((task.rows() - 1 - i / task.columns()) * task.columns() + i % task.columns());
          }),
          Fault.leaving(
              "last-row-not-written", "The last row of D is not written.", task -> i -> i / task.columns() == task.rows() - 1, GemmTask::answers),
          Fault.leaving(
              "last-column-not-written", "The last column of D is not written.", task -> i -> i % task.columns() == task.columns() - 1, GemmTask::answers),
          Fault.leaving(
              "partial-tile-rows-not-written", "Rows beyond the last whole tile of 16 are not written.",
              task -> i -> i / task.columns() >= task.rows() / 16 * 16, GemmTask::answers),
          Fault.leaving(
              "partial-tile-columns-not-written", "Columns beyond the last whole tile of 8 are not written.",
              task -> i -> i % task.columns() >= task.columns() / 8 * 8, GemmTask::answers));

  private GemmResultFaults() {}

  private static Fault<GemmTask> start(String id, String sentence, Function<GemmTask, float @Nullable []> change) {
    return Fault.of(id, sentence, task -> {
      if (task.c() == null) {
        return task.answers();
      }
      return task.with(change.apply(task)).answers();
    });
  }

  private static float[] changed(GemmTask task, UnaryOperator<Float> change) {
    float[] c = Objects.requireNonNull(task.c()).clone();
    for (int i = 0; i < c.length; i++) {
      c[i] = change.apply(c[i]);
    }
    return c;
  }

  private static float[] transposedC(GemmTask task) {
    float[] right = Objects.requireNonNull(task.c());
    float[] c = new float[right.length];
    for (int i = 0; i < c.length; i++) {
      c[i] = right[i % task.columns() * task.rows() + i / task.columns()];
    }
    return c;
  }

  private static Fault<GemmTask> epilogue(String id, String sentence, UnaryOperator<Epilogue> change) {
    return Fault.of(id, sentence, task -> {
      if (task.epilogue().equals(Epilogue.NONE)) {
        throw new IllegalArgumentException("there is no epilogue");
      }
      return task.with(change.apply(task.epilogue())).answers();
    });
  }

  private static Fault<GemmTask> output(String id, String sentence, Output output) {
    return epilogue(id, sentence, e -> {
      if (e.output() == output) {
        throw new IllegalArgumentException("the output itself");
      }
      return new Epilogue(e.alpha(), e.beta(), e.combination(), output);
    });
  }

  private static Fault<GemmTask> bias(String id, String sentence, UnaryOperator<GemmTask> change) {
    return Fault.of(id, sentence, task -> (task.bias() == null ? task : change.apply(task)).answers());
  }

  private static float[] biases(GemmTask task, UnaryOperator<Float> change) {
    float[] biases = Objects.requireNonNull(task.bias()).clone();
    for (int i = 0; i < biases.length; i++) {
      biases[i] = change.apply(biases[i]);
    }
    return biases;
  }

  /** What lies behind the biases where there are more columns than rows is not known. */
  private static Fault<GemmTask> biasOfColumn() {
    return Fault.of("bias-of-column", "The bias is taken by column of D, not by row.", task -> {
      float[] biases = task.bias();
      if (biases == null) {
        return task.answers();
      }
      if (task.columns() > biases.length) {
        throw new IllegalArgumentException("fewer biases than columns");
      }
      return output -> task.withBias(biases(task, bias -> biases[output % task.columns()])).answers().at(output);
    });
  }

  private static Fault<GemmTask> biasAfterRounding() {
    return Fault.of("bias-after-rounding", "The bias is added to the rounded D, and the sum is rounded again.", task -> {
      float[] biases = task.bias();
      if (biases == null) {
        return task.answers();
      }
      Answers without = task.withBias(null).answers();
      Epilogue store = new Epilogue(1, 0, task.epilogue().combination(), task.epilogue().output());
      return output -> Float.floatToRawIntBits(store.apply(Float.intBitsToFloat(without.at(output)), 0, biases[output / task.columns()]));
    });
  }

  private static Epilogue epilogue(float alpha, Epilogue other) {
    return new Epilogue(alpha, other.beta(), other.combination(), other.output());
  }

  private static Fault<GemmTask> result(String id, String sentence, IntUnaryOperator change) {
    return Fault.of(id, sentence, task -> {
      Answers right = task.answers();
      return i -> change.applyAsInt(right.at(i));
    });
  }

  /** Output i of a [N, M] matrix of the same bytes is element (i % M, i / M). */
  private static Answers columnMajor(GemmTask task) {
    Answers right = task.answers();
    return i -> right.at(i % task.rows() * task.columns() + i / task.rows());
  }

  private static int through(FloatFormat format, int bits) {
    return Float.isNaN(Float.intBitsToFloat(bits)) ? bits : Float.floatToRawIntBits(through(format, Float.intBitsToFloat(bits)));
  }

  /** The nearest number of a format, ties to even; too large ones become infinite. */
  static float through(FloatFormat format, float value) {
    return ReferenceCodec.decode(format, ReferenceCodec.encode(Conversion.cuda(format).with(Overflow.INFINITY), value));
  }
}
