package io.github.fp4j.backend;

import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.ExactAccumulation;
import io.github.fp4j.formats.gemm.Fp32Accumulation;
import io.github.fp4j.formats.gemm.Gemm;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import io.github.fp4j.formats.gemm.OperandRows;
import io.github.fp4j.formats.gemm.PackedWeights;
import org.jspecify.annotations.Nullable;

/** {@link GemmKernels} of every published model, by the evaluators that are proven equal to the models' definition, and of {@link #FP32} by its loop. */
final class ReferenceGemms implements GemmKernels {

  @Override
  public boolean supports(String model, OperandFormat a, OperandFormat b) {
    return model.equals(FP32) || AccumulationModels.all().stream().anyMatch(known -> known.id().equals(model) && known.supports(a, b));
  }

  @Override
  public void multiply(String model, GemmOperand a, GemmOperand b, float @Nullable [] c, float[] d) {
    multiply(model, a, b, c, d, Parallelism.NONE);
  }

  @Override
  public void multiply(String model, GemmOperand a, GemmOperand b, float @Nullable [] c, float[] d, Parallelism parallelism) {
    if (model.equals(FP32)) {
      GemmShape.check(a, b, c, d);
      multiply(values(a), values(b), c, 1, d, Fp32Accumulation::dot);
    } else {
      Gemm.of(AccumulationModels.byId(model), a, b).multiply(c, d, parallelism.threads() == 1 ? Runnable::run : parallelism.executor());
    }
  }

  @Override
  public boolean supportsActivations(String model, OperandFormat weights) {
    return (model.equals(FP32) || model.equals(EXACT)) && PackedWeights.supports(weights);
  }

  @Override
  public void multiply(String model, FloatRows a, PackedWeights b, float alpha, float[] d, Parallelism parallelism) {
    if (!supportsActivations(model, b.format())) {
      throw new IllegalArgumentException("model = " + model + " with activations and " + b.format() + " weights: expected " + FP32 + " or " + EXACT);
    }
    GemmShape.check(a, b, d);
    FloatRows weights = values(b.unpacked());
    if (model.equals(FP32)) {
      multiply(a, weights, null, alpha, d, Fp32Accumulation::dot);
    } else {
      ExactAccumulation exact = new ExactAccumulation();
      multiply(a, weights, null, alpha, d, (x, i, y, j, k, c) -> exact.dot(x, i, y, j, k));
    }
  }

  private static FloatRows values(GemmOperand operand) {
    OperandRows rows = new OperandRows(operand.format());
    float[] values = new float[operand.rows() * operand.k()];
    for (int row = 0; row < operand.rows(); row++) {
      rows.decode(operand, row, values, row * operand.k());
    }
    return FloatRows.of(values, operand.rows(), operand.k());
  }

  /** One element: {@code k} products, from {@code c} on. */
  private interface Dot {
    float of(float[] a, int aOffset, float[] b, int bOffset, int k, float c);
  }

  private static void multiply(FloatRows a, FloatRows b, float @Nullable [] c, float alpha, float[] d, Dot dot) {
    for (int i = 0; i < d.length; i++) {
      int row = i / b.rows();
      int column = i % b.rows();
      float accumulator = dot.of(a.values(), a.index(row, 0), b.values(), b.index(column, 0), a.columns(), c == null ? 0 : c[i]);
      d[i] = Fp32Accumulation.result(alpha * accumulator);
    }
  }
}
