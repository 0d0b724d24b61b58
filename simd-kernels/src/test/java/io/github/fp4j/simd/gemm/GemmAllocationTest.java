package io.github.fp4j.simd.gemm;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.Parallelism;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import io.github.fp4j.formats.gemm.PackedWeights;
import io.github.fp4j.simd.SteadyAllocation;
import io.github.fp4j.simd.SteadyAllocation.Kernel;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** Once compiled, no product on vectors allocates on one thread: a vector that C2 could not keep in a register would be an object. */
@Tag("allocation")
class GemmAllocationTest {
  private static final int ROWS = 24;
  private static final int COLUMNS = 144;
  private static final int K = 1024;

  /** One width after the other: what C2 compiled for the first must not make it compile the second badly. */
  @Test
  void noProductAllocates() {
    for (Backend width : Products.widths()) {
      List<Kernel> kernels = new ArrayList<>();
      for (OperandFormat format : List.of(OperandFormat.NVFP4, OperandFormat.MXFP4, OperandFormat.MXFP8_E4M3)) {
        addKernels(width, format, kernels);
      }
      assertThat(kernels).hasSize(15);
      assertThat(SteadyAllocation.stillAllocating(kernels)).isEmpty();
    }
  }

  private static void addKernels(Backend width, OperandFormat format, List<Kernel> kernels) {
    GemmKernels gemms = width.gemms().orElseThrow();
    Products products = new Products(1);
    GemmOperand a = products.operand(format, ROWS, K);
    GemmOperand b = products.operand(format, COLUMNS, K);
    PackedWeights weights = PackedWeights.of(b);
    FloatRows x = products.activations(ROWS, K);
    FloatRows row = x.rowRange(0, 1);
    float[] d = new float[ROWS * COLUMNS];
    float[] line = new float[COLUMNS];
    String name = width.name() + ", " + format;
    kernels.add(new Kernel(name + ", one row", () -> gemms.multiply(GemmKernels.FP32, row, weights, 1, line, Parallelism.NONE)));
    kernels.add(new Kernel(name + ", activations", () -> gemms.multiply(GemmKernels.FP32, x, weights, 1, d, Parallelism.NONE)));
    kernels.add(new Kernel(name + ", activations, exact", () -> gemms.multiply(GemmKernels.EXACT, x, weights, 1, d, Parallelism.NONE)));
    kernels.add(new Kernel(name + ", operand and weights", () -> gemms.multiply(GemmKernels.FP32, a, weights, null, d, Parallelism.NONE)));
    kernels.add(new Kernel(name + ", operands", () -> gemms.multiply(GemmKernels.FP32, a, b, null, d, Parallelism.NONE)));
  }
}
