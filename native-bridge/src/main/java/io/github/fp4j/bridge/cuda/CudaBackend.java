package io.github.fp4j.bridge.cuda;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.bridge.Discovery;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Our own CUDA kernels on the first GPU, compiled for it by NVRTC. Nobody has seen their results on a chip yet. */
public final class CudaBackend implements Backend {

  private record State(String description, Availability availability, @Nullable BlockKernels blocks, @Nullable GemmKernels gemms) {
    static State unavailable(String reason) {
      return new State("not loaded", Availability.no(reason), null, null);
    }
  }

  private final Supplier<Gpu> gpu;
  private @Nullable State state; // guarded by this

  CudaBackend(Supplier<Gpu> gpu) {
    this.gpu = gpu;
  }

  private synchronized State state() {
    if (state == null) {
      state = open(gpu.get());
    }
    return state;
  }

  private static State open(Gpu gpu) {
    CudaContext context = gpu.context();
    CudaStream stream = gpu.stream();
    if (context == null || stream == null) {
      return State.unavailable(gpu.unavailable());
    }
    return switch (Nvrtc.find()) {
      case Discovery.Unavailable<Nvrtc> missing -> State.unavailable(missing.reason());
      case Discovery.Found<Nvrtc> found -> {
        DeviceKernels kernels = new DeviceKernels(context, found.library(), CubinCache.ofUser());
        String description = "our kernels by NVRTC " + found.library().version() + " on " + context.device() + " (results not seen on a chip yet)";
        yield new State(description, Availability.YES, new CudaBlocks(kernels, stream), new CudaGemms(kernels, stream));
      }
    };
  }

  @Override
  public String name() {
    return "cuda";
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
  public Optional<BlockKernels> blocks() {
    return Optional.ofNullable(state().blocks());
  }

  @Override
  public Optional<GemmKernels> gemms() {
    return Optional.ofNullable(state().gemms());
  }
}
