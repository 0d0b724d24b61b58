package io.github.fp4j.simd.gemm;

import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.GemmShape;
import io.github.fp4j.backend.Parallelism;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import io.github.fp4j.formats.gemm.OperandRows;
import io.github.fp4j.formats.gemm.PackedWeights;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * {@link GemmKernels} of one vector width.
 *
 * <p>On vectors run products under {@link #FP32}, of any two formats and of activations with NVFP4, MXFP4 and MXFP8 (E4M3) weights, and correctly rounded ones
 * ({@link #EXACT}) of NVFP4, of MXFP4, and of activations with those weights. The other published models are computed by their evaluators, as by the reference.
 *
 * <p>What runs on vectors allocates nothing once the JVM has compiled it, but a few objects for each loop that threads share, and what a thread keeps: 300 kB,
 * and up to 8 MB for restored rows where A is packed.
 */
public final class SimdGemms implements GemmKernels {
  private final ThreadLocal<Fp32Product> fp32;
  private final ThreadLocal<ExactProduct> exact;
  private final ThreadLocal<ExactActivations> exactActivations;
  private final Map<OperandFormat, OperandRows> restorers = new ConcurrentHashMap<>();
  private final Map<OperandFormat, RowBounds> bounds = new ConcurrentHashMap<>();
  private final GemmKernels evaluators = Backends.byName("reference").gemms().orElseThrow();

  /**
   * @param bits vector width: 128, 256 or 512
   * @param conversions decode the scales
   */
  public SimdGemms(int bits, ConversionKernels conversions) {
    Kernels kernels = new Kernels(bits, conversions);
    fp32 = ThreadLocal.withInitial(() -> new Fp32Product(kernels));
    exact = ThreadLocal.withInitial(() -> new ExactProduct(kernels));
    exactActivations = ThreadLocal.withInitial(() -> new ExactActivations(kernels));
  }

  @Override
  public boolean supports(String model, OperandFormat a, OperandFormat b) {
    return evaluators.supports(model, a, b);
  }

  @Override
  public void multiply(String model, GemmOperand a, GemmOperand b, float @Nullable [] c, float[] d) {
    multiply(model, a, b, c, d, Parallelism.NONE);
  }

  @Override
  public void multiply(String model, GemmOperand a, GemmOperand b, float @Nullable [] c, float[] d, Parallelism parallelism) {
    if (model.equals(FP32)) {
      GemmShape.check(a, b, c, d);
      fp32.get().multiply(a, restorer(a.format()), b, restorer(b.format()), c, d, parallelism);
    } else if (model.equals(EXACT) && a.format().equals(b.format()) && ExactProduct.supports(a.format())) {
      GemmShape.check(a, b, c, d);
      exact.get().multiply(a, b, restorer(a.format()), bounds.computeIfAbsent(a.format(), RowBounds::new), c, d, parallelism);
    } else {
      evaluators.multiply(model, a, b, c, d, parallelism);
    }
  }

  @Override
  public void multiply(String model, GemmOperand a, PackedWeights b, float @Nullable [] c, float[] d, Parallelism parallelism) {
    if (model.equals(FP32) && BlockFactors.supports(b.format())) {
      GemmShape.check(a, b, c, d);
      fp32.get().multiply(a, restorer(a.format()), b, c, d, parallelism);
    } else {
      GemmKernels.super.multiply(model, a, b, c, d, parallelism);
    }
  }

  private OperandRows restorer(OperandFormat format) {
    return restorers.computeIfAbsent(format, OperandRows::new);
  }

  @Override
  public boolean supportsActivations(String model, OperandFormat weights) {
    return (model.equals(FP32) || model.equals(EXACT)) && BlockFactors.supports(weights);
  }

  @Override
  public void multiply(String model, FloatRows a, PackedWeights b, float alpha, float[] d, Parallelism parallelism) {
    if (!supportsActivations(model, b.format())) {
      throw new IllegalArgumentException(
          "model = " + model + " with activations and " + b.format() + " weights: expected " + FP32 + " or " + EXACT + ", and e2m1 or e4m3 elements in blocks of 16 or 32");
    }
    GemmShape.check(a, b, d);
    if (model.equals(FP32)) {
      fp32.get().multiply(a, b, alpha, d, parallelism);
    } else {
      exactActivations.get().multiply(a, b, restorer(b.format()), alpha, d, parallelism);
    }
  }
}
