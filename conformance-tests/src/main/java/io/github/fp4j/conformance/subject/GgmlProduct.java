package io.github.fp4j.conformance.subject;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.PackedWeights;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/**
 * A graph of ggml with one {@code mul_mat}: weights in ggml's memory, repacked where it has a faster layout for them, and a number of rows of activations, which ggml
 * rounds to eight bits in each call. For one thread at a time.
 */
final class GgmlProduct implements AutoCloseable {
  private static final int F32 = 0;

  /** What ggml has made. */
  private record Tensors(MemorySegment weightsContext, MemorySegment weightsBuffer, MemorySegment matrix, MemorySegment context, MemorySegment input, MemorySegment output) {}

  private final GgmlCpu cpu;
  private final PackedWeights weights;
  private final int rows;
  private final Arena arena = Arena.ofShared();
  private final MemorySegment backend;
  private final Tensors tensors;
  private final MemorySegment graph;
  private final MemorySegment buffer;
  private final MemorySegment values;
  private final MemorySegment results;

  /** @param weights NVFP4 with K a multiple of 64, or MXFP4 */
  GgmlProduct(GgmlCpu cpu, PackedWeights weights, int rows) {
    this.cpu = cpu;
    this.weights = weights;
    this.rows = rows;
    try {
      backend = (MemorySegment) cpu.initBackend.invokeExact();
      Tensors repacked = cpu.repackingBuffers == null ? null : tensors(cpu.repackingBuffers);
      tensors = repacked == null ? plainTensors() : repacked;
      graph = (MemorySegment) cpu.newGraph.invokeExact(tensors.context);
      cpu.buildForward.invokeExact(graph, tensors.output);
      buffer = (MemorySegment) cpu.allocate.invokeExact(tensors.context, backend);
      values = arena.allocate(JAVA_FLOAT, (long) rows * weights.k());
      results = arena.allocate(JAVA_FLOAT, (long) rows * weights.rows());
      byte[] structs = structs(weights.unpacked());
      try (Arena scratch = Arena.ofConfined()) {
        cpu.setTensor.invokeExact(tensors.matrix, scratch.allocateFrom(JAVA_BYTE, structs), 0L, (long) structs.length);
      }
    } catch (Throwable e) {
      throw GgmlCpu.unexpected(e);
    }
  }

  boolean isOf(PackedWeights otherWeights, int otherRows) {
    return weights == otherWeights && rows == otherRows;
  }

  private Tensors plainTensors() throws Throwable {
    MemorySegment weightsContext = cpu.context(1);
    MemorySegment matrix = matrix(weightsContext);
    return with(weightsContext, matrix, (MemorySegment) cpu.allocate.invokeExact(weightsContext, backend));
  }

  /** Null if ggml does not multiply by weights of this type and shape in this kind of memory. */
  private @Nullable Tensors tensors(MemorySegment kindOfMemory) throws Throwable {
    MemorySegment weightsContext = cpu.context(1);
    MemorySegment matrix = matrix(weightsContext);
    Tensors made = with(weightsContext, matrix, (MemorySegment) cpu.allocateIn.invokeExact(weightsContext, kindOfMemory));
    if ((boolean) cpu.supportsOperation.invokeExact(cpu.device, made.output)) {
      return made;
    }
    free(made);
    return null;
  }

  private MemorySegment matrix(MemorySegment context) throws Throwable {
    return (MemorySegment) cpu.newTensor.invokeExact(context, cpu.type(weights.format().name()), (long) weights.k(), (long) weights.rows());
  }

  private Tensors with(MemorySegment weightsContext, MemorySegment matrix, MemorySegment weightsBuffer) throws Throwable {
    MemorySegment context = cpu.context(2);
    MemorySegment input = (MemorySegment) cpu.newTensor.invokeExact(context, F32, (long) weights.k(), (long) rows);
    MemorySegment output = (MemorySegment) cpu.mulMat.invokeExact(context, matrix, input);
    return new Tensors(weightsContext, weightsBuffer, matrix, context, input, output);
  }

  private void free(Tensors made) throws Throwable {
    cpu.freeContext.invokeExact(made.context);
    cpu.freeBuffer.invokeExact(made.weightsBuffer);
    cpu.freeContext.invokeExact(made.weightsContext);
  }

  /** D = alpha * (A * transpose(weights)). */
  void multiply(FloatRows a, float alpha, float[] d, int threads) {
    for (int row = 0; row < rows; row++) {
      MemorySegment.copy(a.values(), a.index(row, 0), values, JAVA_FLOAT, (long) Float.BYTES * row * a.columns(), a.columns());
    }
    try {
      cpu.setThreads.invokeExact(backend, threads);
      cpu.setTensor.invokeExact(tensors.input, values, 0L, values.byteSize());
      int status = (int) cpu.compute.invokeExact(backend, graph);
      if (status != 0) {
        throw new IllegalStateException("ggml_backend_graph_compute: status " + status);
      }
      cpu.getTensor.invokeExact(tensors.output, results, 0L, results.byteSize());
    } catch (Throwable e) {
      throw GgmlCpu.unexpected(e);
    }
    MemorySegment.copy(results, JAVA_FLOAT, 0, d, 0, d.length);
    for (int i = 0; i < d.length && alpha != 1; i++) {
      d[i] *= alpha;
    }
  }

  /** Blocks as ggml stores them: the scales of a struct, then for each scale the codes of a block in planar halves. */
  private static byte[] structs(GemmOperand operand) {
    int block = operand.format().block();
    int scales = GgmlGemms.rowMultiple(operand.format()) / block;
    int structBytes = scales + scales * block / 2;
    byte[] structs = new byte[operand.scales().length / scales * structBytes];
    for (int i = 0; i < operand.scales().length; i++) {
      int struct = i / scales * structBytes;
      structs[struct + i % scales] = operand.scales()[i];
      int target = struct + scales + i % scales * block / 2;
      for (int j = 0; j < block / 2; j++) {
        structs[target + j] = (byte) (code(operand.codes(), i * block + j) | code(operand.codes(), i * block + block / 2 + j) << 4);
      }
    }
    return structs;
  }

  private static int code(byte[] packed, int element) {
    return packed[element / 2] >> 4 * (element % 2) & 15;
  }

  @Override
  public void close() {
    try {
      cpu.freeBuffer.invokeExact(buffer);
      free(tensors);
      cpu.freeBackend.invokeExact(backend);
      arena.close();
    } catch (Throwable e) {
      throw GgmlCpu.unexpected(e);
    }
  }
}
