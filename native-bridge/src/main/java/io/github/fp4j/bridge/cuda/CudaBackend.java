package io.github.fp4j.bridge.cuda;

import io.github.fp4j.bridge.Discovery;
import java.util.function.Supplier;

/** Our own CUDA kernels on the first GPU: prebuilt, or compiled for it by NVRTC. Nobody has seen their results on a chip yet. */
public final class CudaBackend extends GpuBackend {

  /** Which of them. */
  enum Kind {
    /** Quantising, restoring, products: what a stack would use. */
    KERNELS("cuda", "our kernels"),
    /** The GPU's own instructions, one at a time: what a chip answers to given bits. */
    PROBES("cuda-probes", "single instructions, our kernels");

    private final String backend;
    private final String what;

    Kind(String backend, String what) {
      this.backend = backend;
      this.what = what;
    }
  }

  private final Kind kind;

  CudaBackend(Kind kind, Supplier<Gpu> gpu) {
    super(gpu);
    this.kind = kind;
  }

  @Override
  public String name() {
    return kind.backend;
  }

  @Override
  State open(CudaContext context, CudaStream stream) {
    CudaDevice device = context.device();
    if (kind == Kind.PROBES && device.computeCapability().number() < 89) {
      return State.unavailable(device + ": has none of the instructions, the first of which came with 8.9");
    }
    return switch (KernelImages.find()) {
      case Discovery.Unavailable<KernelImages> missing -> State.unavailable(missing.reason());
      case Discovery.Found<KernelImages> found -> {
        DeviceKernels kernels = new DeviceKernels(context, found.library());
        String library = kind.what + " " + found.library().description() + ",";
        yield kind == Kind.PROBES
            ? State.open(library, device, new ProbeConversions(kernels, stream), null, new ProbeGemms(kernels, stream), null)
            : State.open(library, device, null, new CudaBlocks(kernels, stream), new CudaGemms(kernels, stream), new CudaOptimizers(kernels, stream));
      }
    };
  }
}
