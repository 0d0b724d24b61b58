package io.github.fp4j.bridge.cuda;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.github.fp4j.bridge.internal.Lifetime;
import io.github.fp4j.bridge.internal.sys.CublasLtApi;
import io.github.fp4j.bridge.internal.sys.MatmulStructs;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A block-scaled matrix product that cuBLASLt has been asked about and has an algorithm for. Made once, it runs as often as wanted, in any stream of its context;
 * it must not run from two threads at once.
 *
 * <p>No device has run it yet: what is proven is that cuBLASLt's descriptors hold what they should and that a stand-in which follows NVIDIA's documentation
 * computes the right products from them.
 */
public final class MatmulPlan implements AutoCloseable {
  private static final int MOST_CANDIDATES = 16;

  private final CublasLt.Handle handle;
  private final MatmulRequest request;
  private final MatmulDescriptors descriptors;
  private final List<MatmulCandidate> candidates;
  private final @Nullable DeviceBuffer ownWorkspace;
  private final Lifetime lifetime;
  private MatmulOperands operands;

  private MatmulPlan(
      CublasLt.Handle handle, MatmulRequest request, MatmulOperands operands, MatmulDescriptors descriptors, List<MatmulCandidate> candidates,
      @Nullable DeviceBuffer ownWorkspace) {
    this.handle = handle;
    this.request = request;
    this.operands = operands;
    this.descriptors = descriptors;
    this.candidates = candidates;
    this.ownWorkspace = ownWorkspace;
    this.lifetime =
        new Lifetime(
            this,
            "MatmulPlan",
            () -> {
              descriptors.close();
              if (ownWorkspace != null) {
                ownWorkspace.close();
              }
            },
            handle.lifetime,
            operands.a().buffer().context().lifetime);
  }

  /**
   * Which conditions of cuBLASLt a request breaks on a device, each with what to do about it; empty if none that is known. Nothing is called.
   *
   * @see MatmulRules
   */
  public static List<MatmulRule.Broken> explain(MatmulRequest request, MatmulOperands operands, ComputeCapability device) {
    return MatmulRules.explain(request, operands, device);
  }

  /**
   * Plans a product with the algorithm that cuBLASLt thinks best.
   *
   * @param maxWorkspace the most scratch memory that an algorithm may want, in bytes
   * @throws UnsupportedMatmulException if a condition of cuBLASLt is broken; nothing has been called
   * @throws CublasLtException if it has no algorithm all the same
   */
  public static MatmulPlan create(CublasLt.Handle handle, MatmulRequest request, MatmulOperands operands, long maxWorkspace) {
    return create(handle, request, operands, maxWorkspace, null);
  }

  /**
   * Plans a product with an algorithm that was chosen earlier, by this or another process.
   *
   * @throws IllegalArgumentException if another version of cuBLASLt chose it
   * @throws CublasLtException if it does not fit this product
   */
  public static MatmulPlan withAlgorithm(CublasLt.Handle handle, MatmulRequest request, MatmulOperands operands, MatmulAlgorithm algorithm) {
    algorithm.requireVersion(handle.library);
    return create(handle, request, operands, Long.MAX_VALUE, algorithm);
  }

  private static MatmulPlan create(
      CublasLt.Handle handle, MatmulRequest request, MatmulOperands operands, long maxWorkspace, @Nullable MatmulAlgorithm pinned) {
    CudaContext context = requireSupported(request, operands);
    if (maxWorkspace < 0) {
      throw new IllegalArgumentException("maxWorkspace = " + maxWorkspace + ": expected at least 0 bytes");
    }
    DeviceRange given = operands.workspace();
    long most = given == null ? maxWorkspace : Math.min(maxWorkspace, given.bytes());
    MatmulDescriptors descriptors = new MatmulDescriptors(handle.library, request, operands, most);
    try {
      List<MatmulCandidate> candidates =
          context.current(() -> pinned == null ? ask(handle, descriptors) : List.of(checked(handle, descriptors, pinned)));
      long wanted = candidates.getFirst().workspaceBytes();
      DeviceBuffer workspace = given == null && wanted > 0 ? context.allocate(wanted) : null;
      return new MatmulPlan(handle, request, operands, descriptors, candidates, workspace);
    } catch (RuntimeException e) {
      descriptors.close();
      throw e;
    }
  }

  private static CudaContext requireSupported(MatmulRequest request, MatmulOperands operands) {
    CudaContext context = operands.a().buffer().context();
    List<MatmulRule.Broken> broken = MatmulRules.explain(request, operands, context.device().computeCapability());
    if (!broken.isEmpty()) {
      throw new UnsupportedMatmulException(broken);
    }
    return context;
  }

  private static List<MatmulCandidate> ask(CublasLt.Handle handle, MatmulDescriptors plan) {
    CublasLt library = handle.library;
    CublasLtApi api = library.api;
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment results = scratch.allocate(MatmulStructs.RESULT, MOST_CANDIDATES);
      MemorySegment count = scratch.allocate(JAVA_INT);
      int status =
          api.heuristics.call(
              handle.address(), plan.operation.address(), plan.left.address(), plan.right.address(), plan.c.address(), plan.d.address(),
              plan.preference.address(), MOST_CANDIDATES, results, count);
      if (status != 0) {
        throw library.failure(api.heuristics.name(), status, "no known condition is broken: see MatmulRules for what is known");
      }
      List<MatmulCandidate> candidates = new ArrayList<>();
      for (int i = 0; i < count.get(JAVA_INT, 0); i++) {
        if (MatmulStructs.state(results, i) == 0) {
          candidates.add(candidate(library, results, i));
        }
      }
      if (candidates.isEmpty()) {
        throw library.failure(
            api.heuristics.name(), CublasLtException.NOT_SUPPORTED, "it offers no algorithm; more workspace may help, no known condition is broken");
      }
      return List.copyOf(candidates);
    }
  }

  private static MatmulCandidate checked(CublasLt.Handle handle, MatmulDescriptors plan, MatmulAlgorithm algorithm) {
    CublasLt library = handle.library;
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment result = scratch.allocate(MatmulStructs.RESULT);
      library.calls.call(
          library.api.check, handle.address(), plan.operation.address(), plan.left.address(), plan.right.address(), plan.c.address(), plan.d.address(),
          bytes(scratch, algorithm), result);
      return new MatmulCandidate(algorithm, MatmulStructs.workspace(result, 0), MatmulStructs.waves(result, 0));
    }
  }

  private static MatmulCandidate candidate(CublasLt library, MemorySegment results, int index) {
    MatmulAlgorithm algorithm = new MatmulAlgorithm(library.versionNumber(), MatmulStructs.algorithm(results, index));
    return new MatmulCandidate(algorithm, MatmulStructs.workspace(results, index), MatmulStructs.waves(results, index));
  }

  private static MemorySegment bytes(Arena scratch, MatmulAlgorithm algorithm) {
    return scratch.allocate(MatmulStructs.ALGORITHM_BYTES, Long.BYTES).copyFrom(MemorySegment.ofArray(algorithm.bytes()));
  }

  /** The algorithm that it runs. */
  public MatmulAlgorithm algorithm() {
    return candidates.getFirst().algorithm();
  }

  /** All that cuBLASLt offered, the best by its own estimate first; the one that was given, if it was given. */
  public List<MatmulCandidate> candidates() {
    return candidates;
  }

  /**
   * Uses other memory from the next run on: same request, same algorithm.
   *
   * @throws UnsupportedMatmulException if they break a condition; the old ones stay
   */
  public void use(MatmulOperands others) {
    lifetime.requireOpen();
    if (requireSupported(request, others) != operands.a().buffer().context()) {
      throw new IllegalArgumentException("operands lie in another context than the plan's: expected the same");
    }
    DeviceRange workspace = others.workspace();
    if (workspace != null && workspace.bytes() < candidates.getFirst().workspaceBytes()) {
      throw new IllegalArgumentException("workspace has " + workspace.bytes() + " bytes: expected at least " + candidates.getFirst().workspaceBytes());
    }
    descriptors.point(others);
    operands = others;
  }

  /**
   * Puts one product into a stream, alpha and beta from here.
   *
   * @throws IllegalArgumentException if the request says that they lie on the device, or beta is not 0 and C is not added
   */
  public void run(CudaStream stream, float alpha, float beta) {
    if (request.scalars() != MatmulRequest.Scalars.HOST) {
      throw new IllegalArgumentException("alpha = " + alpha + ": expected ranges on the device, as the request says");
    }
    if (beta != 0 && !request.addsC()) {
      throw new IllegalArgumentException("beta = " + beta + ": expected 0, since the request adds no C");
    }
    try (Arena scratch = Arena.ofConfined()) {
      run(stream, scratch.allocateFrom(JAVA_FLOAT, alpha), scratch.allocateFrom(JAVA_FLOAT, beta));
    }
  }

  /** Puts one product into a stream, alpha and beta, a float32 each, from the device. */
  public void run(CudaStream stream, DeviceRange alpha, DeviceRange beta) {
    if (request.scalars() != MatmulRequest.Scalars.DEVICE) {
      throw new IllegalArgumentException("alpha lies on the device: expected a number, as the request says");
    }
    run(stream, scalar("alpha", alpha), scalar("beta", beta));
  }

  private static MemorySegment scalar(String name, DeviceRange range) {
    if (range.bytes() < Float.BYTES || range.address() % Float.BYTES != 0) {
      throw new IllegalArgumentException(name + " = " + range.bytes() + " bytes at 0x" + Long.toHexString(range.address()) + ": expected an aligned float32");
    }
    return MemorySegment.ofAddress(range.address());
  }

  private void run(CudaStream stream, MemorySegment alpha, MemorySegment beta) {
    CudaContext context = operands.a().buffer().context();
    if (stream.context() != context) {
      throw new IllegalArgumentException("stream is of another context: expected the operands' own");
    }
    lifetime.enter();
    try (Arena scratch = Arena.ofConfined()) {
      DeviceRange given = operands.workspace();
      MemorySegment workspace = given != null ? at(given) : ownWorkspace != null ? MemorySegment.ofAddress(ownWorkspace.address()) : MemorySegment.NULL;
      MemorySegment cOrD = at(operands.c() == null ? operands.d() : Objects.requireNonNull(operands.c()));
      MemorySegment algorithm = bytes(scratch, algorithm());
      CublasLt library = handle.library;
      MatmulDescriptors plan = descriptors;
      Object[] arguments = {
        handle.address(), plan.operation.address(), alpha, at(operands.b()), plan.left.address(), at(operands.a()), plan.right.address(), beta, cOrD,
        plan.c.address(), at(operands.d()), plan.d.address(), algorithm, workspace, candidates.getFirst().workspaceBytes(), stream.handle()
      };
      context.current(
          () -> {
            library.calls.call(library.api.matmul, arguments);
            return true;
          });
    } finally {
      lifetime.exit();
    }
  }

  private static MemorySegment at(DeviceRange range) {
    return MemorySegment.ofAddress(range.address());
  }

  @Override
  public void close() {
    lifetime.close();
  }
}
