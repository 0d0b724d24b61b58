package io.github.fp4j.conformance.subject;

import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.GemmShape;
import io.github.fp4j.backend.Parallelism;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import io.github.fp4j.formats.gemm.PackedWeights;
import org.jspecify.annotations.Nullable;

/**
 * ggml's {@code mul_mat} of float32 activations and NVFP4 or MXFP4 weights, as its CPU backend does it: activations rounded to eight bits in blocks of 32, integer dot
 * products. It goes by a name of its own, {@link Ggml#PRODUCT}: it is timed, not judged. Each thread keeps its last product, weights in ggml's layout included, for the next call.
 */
final class GgmlGemms implements GemmKernels {
  private final GgmlCpu cpu;
  private final ThreadLocal<@Nullable GgmlProduct> last = new ThreadLocal<>();

  GgmlGemms(GgmlCpu cpu) {
    this.cpu = cpu;
  }

  /** What K must be a multiple of: a struct of ggml holds so many elements. */
  static int rowMultiple(OperandFormat format) {
    return format.equals(OperandFormat.NVFP4) ? 64 : 32;
  }

  @Override
  public boolean supports(String model, OperandFormat a, OperandFormat b) {
    return false;
  }

  @Override
  public void multiply(String model, GemmOperand a, GemmOperand b, float @Nullable [] c, float[] d) {
    throw new IllegalArgumentException("model = " + model + ": ggml multiplies float32 activations");
  }

  @Override
  public boolean supportsActivations(String model, OperandFormat weights) {
    return model.equals(Ggml.PRODUCT) && (weights.equals(OperandFormat.NVFP4) || weights.equals(OperandFormat.MXFP4));
  }

  @Override
  public void multiply(String model, FloatRows a, PackedWeights b, float alpha, float[] d, Parallelism parallelism) {
    if (!supportsActivations(model, b.format())) {
      throw new IllegalArgumentException("model = " + model + " with activations and " + b.format() + " weights: ggml has " + Ggml.PRODUCT + " with nvfp4 and mxfp4");
    }
    GemmShape.check(a, b, d);
    if (b.k() % rowMultiple(b.format()) != 0) {
      throw new IllegalArgumentException("k = " + b.k() + " is not a multiple of " + rowMultiple(b.format()) + ", which a struct of ggml holds");
    }
    if (d.length > 0) {
      product(b, a.rows()).multiply(a, alpha, d, parallelism.threads());
    }
  }

  private GgmlProduct product(PackedWeights weights, int rows) {
    GgmlProduct product = last.get();
    if (product == null || !product.isOf(weights, rows)) {
      if (product != null) {
        last.remove();
        product.close();
      }
      product = new GgmlProduct(cpu, weights, rows);
      last.set(product);
    }
    return product;
  }
}
