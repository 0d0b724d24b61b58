package io.github.fp4j.backend;

import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.Fp32Accumulation;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import io.github.fp4j.formats.gemm.PackedWeights;
import org.jspecify.annotations.Nullable;

/**
 * Matrix products with float32 results: {@code D = A * transpose(B) + C} of packed operands, and float32 activations times packed weights.
 *
 * <p>Which bits D has is fixed by an accumulation, named by its id: {@link #FP32}, or an
 * {@linkplain io.github.fp4j.formats.gemm.AccumulationModels accumulation model} ({@code exact-rne} is the correctly rounded one). Hardware follows a model
 * that nobody published: it supports {@link #OWN} alone, and what that is the judge finds out.
 *
 * <p>Tensor scales are factors of the accumulators: {@code alpha} of weights, {@link io.github.fp4j.formats.gemm.Epilogue} of operands.
 */
public interface GemmKernels {

  /** In place of a model's id: whatever accumulator the implementation has. */
  String OWN = "own";

  /** {@link Fp32Accumulation}: float32 fused multiply-adds, K ascending. */
  String FP32 = Fp32Accumulation.ID;

  /** {@link AccumulationModels#EXACT_RNE}: the exact sum rounded once; of activations and weights, {@link io.github.fp4j.formats.gemm.ExactAccumulation}. */
  String EXACT = AccumulationModels.EXACT_RNE.id();

  /**
   * Whether products of these formats can be computed under a model.
   *
   * @param model a model's id, {@link #FP32} or {@link #OWN}; an unknown one is not supported
   */
  boolean supports(String model, OperandFormat a, OperandFormat b);

  /**
   * Computes all of D, row-major [M, N], on the calling thread.
   *
   * @param model a model's id, {@link #FP32} or {@link #OWN}
   * @param a M rows along K
   * @param b N rows along K: B transposed
   * @param c the initial accumulators, [M, N]; null for +0
   * @param d the result, M * N elements, every one of which is written
   * @throws IllegalArgumentException if the model is not supported for these formats, or K or a length is wrong; nothing has been written then
   */
  void multiply(String model, GemmOperand a, GemmOperand b, float @Nullable [] c, float[] d);

  /** The same on several threads, where the implementation can use them. */
  default void multiply(String model, GemmOperand a, GemmOperand b, float @Nullable [] c, float[] d, Parallelism parallelism) {
    multiply(model, a, b, c, d);
  }

  /**
   * The same product with B packed before: the same bits, and nothing of B is laid out again where the implementation multiplies from packed rows.
   *
   * @throws IllegalArgumentException as above
   */
  default void multiply(String model, GemmOperand a, PackedWeights b, float @Nullable [] c, float[] d, Parallelism parallelism) {
    multiply(model, a, b.unpacked(), c, d, parallelism);
  }

  /** Whether {@link #multiply(String, FloatRows, PackedWeights, float, float[], Parallelism)} has this model and weights of this format. */
  default boolean supportsActivations(String model, OperandFormat weights) {
    return false;
  }

  /**
   * Computes {@code D = alpha * (A * transpose(B))} of float32 activations and packed weights.
   *
   * @param model {@link #FP32}, {@link #EXACT}, or another that {@link #supportsActivations} names
   * @param a M rows along K
   * @param b N rows along K
   * @param alpha factor of each accumulator, rounded in float32: the tensor scale by which weights are restored
   * @param d the result, M * N elements, row-major, every one of which is written; every NaN is 0x7FFFFFFF
   * @throws IllegalArgumentException if the model is not supported for these weights, or K or a length is wrong; nothing has been written then
   */
  default void multiply(String model, FloatRows a, PackedWeights b, float alpha, float[] d, Parallelism parallelism) {
    throw new IllegalArgumentException("model = " + model + " with activations and " + b.format() + " weights: not supported");
  }
}
