package io.github.fp4j.backend;

import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/** The scalar models as a backend: slow, complete, and by definition right. */
public final class ReferenceBackend implements Backend {

  /** The only one. */
  public static final ReferenceBackend INSTANCE = new ReferenceBackend();

  private final ConversionKernels conversions = new ReferenceConversions();
  private final BlockKernels blocks = new ReferenceBlocks();
  private final GemmKernels gemms = new ReferenceGemms();
  private final OptimizerKernels optimizers = new ReferenceOptimizerKernels();

  private ReferenceBackend() {}

  @Override
  public String name() {
    return "reference";
  }

  @Override
  public String description() {
    return "fp4j scalar models, Java " + Runtime.version().feature();
  }

  @Override
  public OptionalInt rank() {
    return OptionalInt.of(Integer.MAX_VALUE);
  }

  @Override
  public Availability availability() {
    return Availability.YES;
  }

  @Override
  public Optional<ConversionKernels> conversions() {
    return Optional.of(conversions);
  }

  @Override
  public Optional<BlockKernels> blocks() {
    return Optional.of(blocks);
  }

  @Override
  public Optional<GemmKernels> gemms() {
    return Optional.of(gemms);
  }

  @Override
  public Optional<OptimizerKernels> optimizers() {
    return Optional.of(optimizers);
  }

  /** Lists the reference for {@link java.util.ServiceLoader}. */
  public static final class Provider implements BackendProvider {

    /** For {@link java.util.ServiceLoader}. */
    public Provider() {}

    @Override
    public List<Backend> backends() {
      return List.of(INSTANCE);
    }
  }
}
