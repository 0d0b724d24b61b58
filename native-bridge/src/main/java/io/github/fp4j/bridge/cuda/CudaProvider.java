package io.github.fp4j.bridge.cuda;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.BackendProvider;
import java.util.List;

/** Lists {@code cuda}, {@code cuda-probes} and {@code cublaslt} for {@link java.util.ServiceLoader}. Nothing is opened before one of them is asked for. */
public final class CudaProvider implements BackendProvider {
  private static final List<Backend> BACKENDS =
      List.of(
          new CudaBackend(CudaBackend.Kind.KERNELS, Gpu::ofThisMachine),
          new CudaBackend(CudaBackend.Kind.PROBES, Gpu::ofThisMachine),
          new CublasLtBackend(Gpu::ofThisMachine));

  /** For {@link java.util.ServiceLoader}. */
  public CudaProvider() {}

  @Override
  public List<Backend> backends() {
    return BACKENDS;
  }
}
