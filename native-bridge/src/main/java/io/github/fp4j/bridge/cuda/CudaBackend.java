package io.github.fp4j.bridge.cuda;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.bridge.Discovery;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Our own CUDA kernels on the first GPU: prebuilt, or compiled for it by NVRTC. Nobody has seen their results on a chip yet. */
public final class CudaBackend implements Backend {

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

  private record State(
      String description, Availability availability, @Nullable ConversionKernels conversions, @Nullable BlockKernels blocks, @Nullable GemmKernels gemms,
      @Nullable OptimizerKernels optimizers) {
    static State unavailable(String reason) {
      return new State("not loaded", Availability.no(reason), null, null, null, null);
    }
  }

  private final Kind kind;
  private final Supplier<Gpu> gpu;
  private @Nullable State state; // guarded by this

  CudaBackend(Kind kind, Supplier<Gpu> gpu) {
    this.kind = kind;
    this.gpu = gpu;
  }

  private synchronized State state() {
    if (state == null) {
      state = open(gpu.get());
    }
    return state;
  }

  private State open(Gpu gpu) {
    CudaContext context = gpu.context();
    CudaStream stream = gpu.stream();
    if (context == null || stream == null) {
      return State.unavailable(gpu.unavailable());
    }
    if (kind == Kind.PROBES && context.device().computeCapability().number() < 89) {
      return State.unavailable(context.device() + ": has none of the instructions, the first of which came with 8.9");
    }
    return switch (KernelImages.find()) {
      case Discovery.Unavailable<KernelImages> missing -> State.unavailable(missing.reason());
      case Discovery.Found<KernelImages> found -> {
        DeviceKernels kernels = new DeviceKernels(context, found.library());
        String description = kind.what + " " + found.library().description() + ", on " + context.device() + " (results not seen on a chip yet)";
        yield kind == Kind.PROBES
            ? new State(description, Availability.YES, new ProbeConversions(kernels, stream), null, new ProbeGemms(kernels, stream), null)
            : new State(description, Availability.YES, null, new CudaBlocks(kernels, stream), new CudaGemms(kernels, stream), new CudaOptimizers(kernels, stream));
      }
    };
  }

  @Override
  public String name() {
    return kind.backend;
  }

  @Override
  public String description() {
    return state().description();
  }

  @Override
  public Availability availability() {
    return state().availability();
  }

  @Override
  public Optional<ConversionKernels> conversions() {
    return Optional.ofNullable(state().conversions());
  }

  @Override
  public Optional<BlockKernels> blocks() {
    return Optional.ofNullable(state().blocks());
  }

  @Override
  public Optional<GemmKernels> gemms() {
    return Optional.ofNullable(state().gemms());
  }

  @Override
  public Optional<OptimizerKernels> optimizers() {
    return Optional.ofNullable(state().optimizers());
  }
}
