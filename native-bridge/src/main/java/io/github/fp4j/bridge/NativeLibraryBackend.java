package io.github.fp4j.bridge;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.BackendProvider;
import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.backend.SegmentQuantizer;
import io.github.fp4j.bridge.internal.sys.LibrarySearch;
import io.github.fp4j.bridge.internal.sys.LoadedLibrary;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A shared library with the C ABI of {@code fp4j/fp4j.h} as a backend, ours or anybody's.
 *
 * <p>{@code host} is fp4j's own C++ conversions. {@code nvidia-headers} is the host emulation in NVIDIA's {@code cuda_fp4.h}, {@code cuda_fp6.h} and
 * {@code cuda_fp8.h}; where it differs from itself between float and double input, see {@link NvidiaHeaders}.
 */
public final class NativeLibraryBackend implements Backend {

  private record State(
      String description,
      Availability availability,
      Optional<ConversionKernels> conversions,
      Optional<BlockKernels> blocks,
      Optional<SegmentQuantizer> segments,
      OnDemand<Optional<GemmKernels>> gemms,
      OnDemand<Optional<OptimizerKernels>> optimizers) {
    static State of(Fp4jLibrary library) {
      return new State(
          library.description(),
          Availability.YES,
          Optional.of(new NativeConversions(library)),
          NativeBlocks.of(library),
          NativeSegments.of(library),
          new OnDemand<>(() -> NativeGemms.of(library)),
          new OnDemand<>(() -> NativeOptimizers.of(library)));
    }

    static State unavailable(String reason) {
      return new State(
          "not loaded", Availability.no(reason), Optional.empty(), Optional.empty(), Optional.empty(), new OnDemand<>(Optional::empty),
          new OnDemand<>(Optional::empty));
    }
  }

  /** Kernels that prepare much, made when they are first asked for. */
  private static final class OnDemand<T> {
    private final Supplier<T> maker;
    private @Nullable T made; // guarded by this

    OnDemand(Supplier<T> maker) {
      this.maker = maker;
    }

    synchronized T get() {
      if (made == null) {
        made = maker.get();
      }
      return made;
    }
  }

  private final String name;
  private final @Nullable BundledLibrary bundled;
  private @Nullable State state; // guarded by this

  private NativeLibraryBackend(String name, @Nullable BundledLibrary bundled, @Nullable State state) {
    this.name = name;
    this.bundled = bundled;
    this.state = state;
  }

  /** A backend that searches its library when it is first asked. */
  static NativeLibraryBackend of(BundledLibrary library) {
    return new NativeLibraryBackend(library.backendName(), library, null);
  }

  /**
   * Opens a library, which then stays open until the JVM ends. Its code runs in this process: a fault in it ends the JVM.
   *
   * @throws NoSuchFileException if there is no such file
   * @throws NativeLibraryException if the loader refuses it, a function of {@code fp4j.h} is missing, or it was built for another ABI version
   */
  public static NativeLibraryBackend load(Path file) throws IOException {
    if (!Files.exists(file)) {
      throw new NoSuchFileException(file.toString());
    }
    try {
      Fp4jLibrary library = new Fp4jLibrary(LoadedLibrary.open(file.toAbsolutePath().toString()));
      return new NativeLibraryBackend(library.name(), null, State.of(library));
    } catch (LoadedLibrary.OpenFailure e) {
      throw new NativeLibraryException(file.toString(), "cannot be loaded: " + e.getMessage());
    }
  }

  private synchronized State state() {
    if (state == null) {
      state = search(bundled);
    }
    return state;
  }

  private static State search(BundledLibrary bundled) {
    LibrarySearch search = bundled.search();
    Optional<LoadedLibrary> found = search.found();
    if (found.isEmpty()) {
      return State.unavailable(search.reason());
    }
    try {
      return State.of(bundled.open(found.get()));
    } catch (NativeLibraryException e) {
      return State.unavailable(String.valueOf(e.getMessage()));
    }
  }

  @Override
  public String name() {
    return name;
  }

  @Override
  public String description() {
    return state().description();
  }

  /** Our own library stands behind vectors of the JVM, which need no native access ({@link Backends#fastest}); anybody else's is asked for by name. */
  @Override
  public OptionalInt rank() {
    return bundled == BundledLibrary.HOST ? OptionalInt.of(1) : OptionalInt.empty();
  }

  @Override
  public Availability availability() {
    return state().availability();
  }

  @Override
  public Optional<ConversionKernels> conversions() {
    return state().conversions();
  }

  @Override
  public Optional<BlockKernels> blocks() {
    return state().blocks();
  }

  @Override
  public Optional<SegmentQuantizer> segments() {
    return state().segments();
  }

  @Override
  public Optional<GemmKernels> gemms() {
    return state().gemms().get();
  }

  @Override
  public Optional<OptimizerKernels> optimizers() {
    return state().optimizers().get();
  }

  /** Lists {@code host} and {@code nvidia-headers} for {@link java.util.ServiceLoader}. */
  public static final class Provider implements BackendProvider {
    private static final List<Backend> BACKENDS = List.of(of(BundledLibrary.HOST), of(BundledLibrary.NVIDIA_HEADERS));

    /** For {@link java.util.ServiceLoader}. */
    public Provider() {}

    @Override
    public List<Backend> backends() {
      return BACKENDS;
    }
  }
}
