package io.github.fp4j.simd;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.BackendProvider;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.simd.gemm.SimdGemms;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The kernels of one vector width as a backend: {@code simd-128}, {@code simd-256} or {@code simd-512}. */
public final class SimdBackend implements Backend {
  private static final List<Backend> ALL = VectorWidths.RUNGS.stream().<Backend>map(SimdBackend::new).toList();

  /** The kernels of one width. */
  private record Kernels(SimdConversions conversions, SimdBlocks blocks, SimdGemms gemms, SimdOptimizers optimizers) {
    static Kernels of(int bits) {
      SimdConversions conversions = new SimdConversions(bits);
      return new Kernels(conversions, new SimdBlocks(bits), new SimdGemms(bits, conversions), new SimdOptimizers(bits));
    }
  }

  private final int bits;
  private @Nullable Kernels kernels; // guarded by this

  private SimdBackend(int bits) {
    this.bits = bits;
  }

  @Override
  public String name() {
    return "simd-" + bits;
  }

  @Override
  public String description() {
    return "fp4j Vector API kernels, " + bits + " bits, " + System.getProperty("os.arch") + ", Java " + Runtime.version().feature();
  }

  @Override
  public Availability availability() {
    return VectorWidths.of(bits);
  }

  private synchronized Optional<Kernels> kernels() {
    if (kernels == null && availability().isAvailable()) {
      kernels = Kernels.of(bits);
    }
    return Optional.ofNullable(kernels);
  }

  @Override
  public Optional<ConversionKernels> conversions() {
    return kernels().map(Kernels::conversions);
  }

  @Override
  public Optional<BlockKernels> blocks() {
    return kernels().map(Kernels::blocks);
  }

  @Override
  public Optional<GemmKernels> gemms() {
    return kernels().map(Kernels::gemms);
  }

  @Override
  public Optional<OptimizerKernels> optimizers() {
    return kernels().map(Kernels::optimizers);
  }

  /** Lists the three widths for {@link java.util.ServiceLoader}, the widest first. */
  public static final class Provider implements BackendProvider {

    /** For {@link java.util.ServiceLoader}. */
    public Provider() {}

    @Override
    public List<Backend> backends() {
      return ALL;
    }
  }
}
