package io.github.fp4j.simd;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.BackendProvider;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.simd.gemm.SimdGemms;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The kernels of one vector width as a backend: {@code simd-128}, {@code simd-256} or {@code simd-512}. */
public final class SimdBackend implements Backend {
  private static final List<Backend> ALL = VectorWidths.RUNGS.stream().<Backend>map(SimdBackend::new).toList();

  private final int bits;
  private @Nullable SimdConversions conversions;
  private @Nullable SimdBlocks blocks;
  private @Nullable GemmKernels gemms;

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

  @Override
  public synchronized Optional<ConversionKernels> conversions() {
    if (!availability().isAvailable()) {
      return Optional.empty();
    }
    if (conversions == null) {
      conversions = new SimdConversions(bits);
    }
    return Optional.of(conversions);
  }

  @Override
  public synchronized Optional<BlockKernels> blocks() {
    if (!availability().isAvailable()) {
      return Optional.empty();
    }
    if (blocks == null) {
      blocks = new SimdBlocks(bits);
    }
    return Optional.of(blocks);
  }

  @Override
  public synchronized Optional<GemmKernels> gemms() {
    if (gemms == null) {
      gemms = conversions().map(kernels -> new SimdGemms(bits, kernels)).orElse(null);
    }
    return Optional.ofNullable(gemms);
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
