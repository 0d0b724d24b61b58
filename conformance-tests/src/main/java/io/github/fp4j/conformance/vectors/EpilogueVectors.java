package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.suite.GemmProblem;
import io.github.fp4j.conformance.tensorfile.DataType;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.gemm.Epilogue;
import io.github.fp4j.formats.gemm.Epilogue.Combination;
import io.github.fp4j.formats.gemm.Epilogue.Output;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;

/**
 * What happens to the accumulators before they are stored: alpha, beta * C, bias, the output's rounding. The accumulators are certified, so that they are the same
 * on every device; judged are the outputs that do not depend on how {@code alpha * accumulator + beta * C} is rounded, which is not published.
 */
final class EpilogueVectors {
  static final String NAME = "gemm-epilogue";

  /** One by one; 1 / (6 * 448)^2 is what a tensor scale of 1 leaves. */
  private static final float[] ALPHAS = {1, 0.5f, -1, 3, 0.1f, 1f / (2688 * 2688)};

  private static final float[] BETAS = {0, 1, -0.5f, 0.3f};

  private EpilogueVectors() {}

  static VectorSuite of(long seed) {
    List<VectorCase> cases = new ArrayList<>();
    SplittableRandom random = new SplittableRandom(seed);
    for (GemmProblem problem : CertifiedVectors.problems(OperandFormat.NVFP4, seed)) {
      if (problem.c() == null) {
        cases.add(question(problem, cases.size(), random));
      }
    }
    return new ListedVectors(NAME, seed, cases);
  }

  private static VectorCase question(GemmProblem problem, int number, SplittableRandom random) {
    Output output = Output.values()[number % Output.values().length];
    float alpha = ALPHAS[number / 3 % ALPHAS.length];
    float beta = BETAS[number / 18 % BETAS.length];
    float largest = 0;
    for (int i = problem.judged().nextSetBit(0); i >= 0; i = problem.judged().nextSetBit(i + 1)) {
      largest = Math.max(largest, Math.abs(problem.right()[i]));
    }
    float[] c = beta == 0 ? null : numbers(random, problem.right().length, largest, output);
    float[] bias = number % 2 == 0 ? null : numbers(random, problem.a().rows(), alpha * largest, Output.BF16); // cuBLASLt's bias is bf16 here
    Epilogue fused = new Epilogue(alpha, beta, Combination.FUSED, output);
    float[] right = applied(fused, problem, c, bias);
    float[] separate = applied(new Epilogue(alpha, beta, Combination.SEPARATE, output), problem, c, bias);
    BitSet judged = new BitSet();
    for (int i = problem.judged().nextSetBit(0); i >= 0; i = problem.judged().nextSetBit(i + 1)) {
      boolean negativeZero = Float.floatToRawIntBits(right[i]) == 0x80000000; // an epilogue that adds 0 * C makes it +0
      judged.set(i, Float.floatToRawIntBits(right[i]) == Float.floatToRawIntBits(separate[i]) && !negativeZero);
    }
    Question question = new GemmQuestion(problem.a(), problem.b(), c).question(fused, bias);
    String name = "%s, alpha %s, beta %s%s, %s".formatted(problem.name(), alpha, beta, bias == null ? "" : ", bias", output);
    return new VectorCase(name, question, List.of(stored(right, output, problem)), judged, null);
  }

  private static float[] applied(Epilogue epilogue, GemmProblem problem, float @Nullable [] c, float @Nullable [] bias) {
    float[] d = problem.right().clone();
    epilogue.apply(d, c, bias);
    return d;
  }

  /** Random numbers of both signs up to {@code largest} that {@code type} holds. */
  private static float[] numbers(SplittableRandom random, int count, float largest, Output type) {
    float[] numbers = new float[count];
    for (int i = 0; i < count; i++) {
      float value = (2 * (float) random.nextDouble() - 1) * Math.abs(largest);
      numbers[i] =
          switch (type) {
            case FP32 -> value;
            case BF16 -> rounded(FloatFormat.BF16, value);
            case FP16 -> rounded(FloatFormat.FP16, value);
          };
    }
    return numbers;
  }

  private static float rounded(FloatFormat format, float value) {
    return ReferenceCodec.decode(format, ReferenceCodec.encode(Conversion.cuda(format), value));
  }

  private static Tensor stored(float[] d, Output output, GemmProblem problem) {
    long[] shape = {problem.a().rows(), problem.b().rows()};
    if (output == Output.FP32) {
      return Tensor.ofFloats("d", d, shape);
    }
    byte[] bytes = new byte[2 * d.length];
    for (int i = 0; i < d.length; i++) {
      int bits = output == Output.BF16 ? Float.floatToRawIntBits(d[i]) >>> 16 : Float.floatToFloat16(d[i]);
      bytes[2 * i] = (byte) bits;
      bytes[2 * i + 1] = (byte) (bits >> 8);
    }
    return new Tensor("d", DataType.U16, shape, MemorySegment.ofArray(bytes));
  }
}
