package io.github.fp4j.backend;

import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.Gemm;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import org.jspecify.annotations.Nullable;

/** {@link GemmKernels} of every published model, by the evaluators that are proven equal to the models' definition; on the calling thread. */
final class ReferenceGemms implements GemmKernels {

  @Override
  public boolean supports(String model, OperandFormat a, OperandFormat b) {
    return AccumulationModels.all().stream().anyMatch(known -> known.id().equals(model) && known.supports(a, b));
  }

  @Override
  public void multiply(String model, GemmOperand a, GemmOperand b, float @Nullable [] c, float[] d) {
    Gemm.of(AccumulationModels.byId(model), a, b).multiply(c, d, Runnable::run);
  }
}
