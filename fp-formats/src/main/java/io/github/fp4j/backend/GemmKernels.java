package io.github.fp4j.backend;

import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import org.jspecify.annotations.Nullable;

/**
 * Products {@code D = A * transpose(B) + C} of packed operands, with float32 C and D.
 *
 * <p>Which bits D has is fixed by an {@linkplain io.github.fp4j.formats.gemm.AccumulationModel accumulation model}, named by its id. Hardware follows a model
 * that nobody published: it supports {@link #OWN} alone, and what that is the judge finds out.
 */
public interface GemmKernels {

  /** In place of a model's id: whatever accumulator the implementation has. */
  String OWN = "own";

  /**
   * Whether products of these formats can be computed under a model.
   *
   * @param model a model's id, or {@link #OWN}; an unknown one is not supported
   */
  boolean supports(String model, OperandFormat a, OperandFormat b);

  /**
   * Computes all of D, row-major [M, N].
   *
   * @param model a model's id, or {@link #OWN}
   * @param a M rows along K
   * @param b N rows along K: B transposed
   * @param c the initial accumulators, [M, N]; null for +0
   * @param d the result, M * N elements, every one of which is written
   * @throws IllegalArgumentException if the model is not supported for these formats, or K or a length is wrong; nothing has been written then
   */
  void multiply(String model, GemmOperand a, GemmOperand b, float @Nullable [] c, float[] d);
}
