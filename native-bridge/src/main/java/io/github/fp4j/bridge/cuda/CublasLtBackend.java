package io.github.fp4j.bridge.cuda;

import io.github.fp4j.bridge.Discovery;
import io.github.fp4j.bridge.NativeCallException;
import java.util.function.Supplier;

/** NVIDIA's cuBLASLt on the first GPU: NVFP4 and MXFP8 products by the accumulator that the hardware has. Nobody has seen its results here yet. */
public final class CublasLtBackend extends GpuBackend {
  CublasLtBackend(Supplier<Gpu> gpu) {
    super(gpu);
  }

  @Override
  public String name() {
    return "cublaslt";
  }

  @Override
  State open(CudaContext context, CudaStream stream) {
    CudaDevice device = context.device();
    if (!device.computeCapability().hasFp4()) {
      return State.unavailable(device + ": cuBLASLt's block-scaled products need 10.0 or later");
    }
    return switch (CublasLt.find()) {
      case Discovery.Unavailable<CublasLt> missing -> State.unavailable(missing.reason());
      case Discovery.Found<CublasLt> found -> open(context, stream, found.library());
    };
  }

  private static State open(CudaContext context, CudaStream stream, CublasLt library) {
    try {
      CublasLtGemms gemms = new CublasLtGemms(library.createHandle(context), context, stream);
      return State.open("cuBLASLt " + library.version(), context.device(), null, null, gemms, null);
    } catch (NativeCallException e) {
      return State.unavailable(String.valueOf(e.getMessage()));
    }
  }
}
