package io.github.fp4j.bridge.cuda;

import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@link GemmKernels} of cuBLASLt, one product at a time. K and N are filled up with zeros to what cuBLASLt takes; products with them are zero. C is what cuBLASLt
 * makes of it, {@code 1 * C} added after the sum, since it has no way to start the accumulators with it.
 */
final class CublasLtGemms implements GemmKernels {
  private static final List<OperandFormat> MXFP8 = List.of(OperandFormat.MXFP8_E4M3, OperandFormat.MXFP8_E5M2);
  private static final long MOST_WORKSPACE = 32 << 20; // what NVIDIA's own callers give it on Hopper and later
  private static final int K_MULTIPLE = 32;
  private static final int N_MULTIPLE = 4; // 16 bytes of float32

  private final CublasLt.Handle handle;
  private final CudaContext context;
  private final CudaStream stream;

  CublasLtGemms(CublasLt.Handle handle, CudaContext context, CudaStream stream) {
    this.handle = handle;
    this.context = context;
    this.stream = stream;
  }

  @Override
  public boolean supports(String model, OperandFormat a, OperandFormat b) {
    boolean nvfp4 = a.equals(OperandFormat.NVFP4) && b.equals(OperandFormat.NVFP4);
    return model.equals(OWN) && (nvfp4 || MXFP8.contains(a) && MXFP8.contains(b));
  }

  @Override
  public synchronized void multiply(String model, GemmOperand a, GemmOperand b, float @Nullable [] c, float[] d) {
    GemmArguments.require(this, "cublaslt", model, a, b, c, d);
    if (d.length == 0) {
      return;
    }
    try (DeviceOperand left = DeviceOperand.upload(context, stream, a, 1, K_MULTIPLE);
        DeviceOperand right = DeviceOperand.upload(context, stream, b, N_MULTIPLE, K_MULTIPLE);
        DeviceBuffer result = context.allocate(4L * left.rows() * right.rows());
        DeviceBuffer addend = context.allocate(result.bytes())) {
      MatmulRequest request = MatmulRequest.of(a.format(), b.format(), left.rows(), right.rows(), left.k(), CudaDataType.R_32F);
      MatmulOperands operands = MatmulOperands.of(left.codes(), left.scales(), right.codes(), right.scales(), result);
      if (c != null) {
        addend.write(GemmArguments.padded(c, b.rows(), right.rows()), stream);
        request = request.addingC(CudaDataType.R_32F);
        operands = operands.withC(addend);
      }
      try (MatmulPlan plan = MatmulPlan.create(handle, request, operands, MOST_WORKSPACE)) {
        plan.run(stream, 1, c == null ? 0 : 1);
        GemmArguments.unpad(result.readFloats(left.rows() * right.rows(), stream), right.rows(), d, b.rows());
      }
    }
  }
}
