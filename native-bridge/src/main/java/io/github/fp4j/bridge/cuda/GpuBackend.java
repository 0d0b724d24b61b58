package io.github.fp4j.bridge.cuda;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.OptimizerKernels;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** What backends on the first GPU share: nothing is opened before one is asked for more than its name. */
abstract class GpuBackend implements Backend {

  /** What was found when it was opened. */
  record State(
      String description, Availability availability, @Nullable ConversionKernels conversions, @Nullable BlockKernels blocks, @Nullable GemmKernels gemms,
      @Nullable OptimizerKernels optimizers) {

    /** @param library whose kernels they are, with its version */
    static State open(
        String library, CudaDevice device, @Nullable ConversionKernels conversions, @Nullable BlockKernels blocks, @Nullable GemmKernels gemms,
        @Nullable OptimizerKernels optimizers) {
      String description = library + " on " + device + " (results not seen on a chip yet)";
      return new State(description, Availability.YES, conversions, blocks, gemms, optimizers);
    }

    static State unavailable(String reason) {
      return new State("not loaded", Availability.no(reason), null, null, null, null);
    }
  }

  private final Supplier<Gpu> gpu;
  private @Nullable State state; // guarded by this

  GpuBackend(Supplier<Gpu> gpu) {
    this.gpu = gpu;
  }

  /** Called once. */
  abstract State open(CudaContext context, CudaStream stream);

  private synchronized State state() {
    if (state == null) {
      Gpu found = gpu.get();
      CudaContext context = found.context();
      CudaStream stream = found.stream();
      state = context == null || stream == null ? State.unavailable(found.unavailable()) : open(context, stream);
    }
    return state;
  }

  @Override
  public final String description() {
    return state().description();
  }

  @Override
  public final Availability availability() {
    return state().availability();
  }

  @Override
  public final Optional<ConversionKernels> conversions() {
    return Optional.ofNullable(state().conversions());
  }

  @Override
  public final Optional<BlockKernels> blocks() {
    return Optional.ofNullable(state().blocks());
  }

  @Override
  public final Optional<GemmKernels> gemms() {
    return Optional.ofNullable(state().gemms());
  }

  @Override
  public final Optional<OptimizerKernels> optimizers() {
    return Optional.ofNullable(state().optimizers());
  }
}
