package io.github.fp4j.bridge.cuda;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.bridge.Discovery;
import io.github.fp4j.bridge.NativeCallException;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** NVIDIA's cuBLASLt on the first GPU: NVFP4 and MXFP8 products by the accumulator that the hardware has. Nobody has seen its results here yet. */
public final class CublasLtBackend implements Backend {

  private record State(String description, Availability availability, @Nullable GemmKernels gemms) {
    static State unavailable(String reason) {
      return new State("not loaded", Availability.no(reason), null);
    }
  }

  private final Supplier<Gpu> gpu;
  private @Nullable State state; // guarded by this

  CublasLtBackend(Supplier<Gpu> gpu) {
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
      String description = "cuBLASLt " + library.version() + " on " + context.device() + " (results not seen on a chip yet)";
      return new State(description, Availability.YES, new CublasLtGemms(library.createHandle(context), context, stream));
    } catch (NativeCallException e) {
      return State.unavailable(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public String name() {
    return "cublaslt";
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
  public Optional<GemmKernels> gemms() {
    return Optional.ofNullable(state().gemms());
  }
}
