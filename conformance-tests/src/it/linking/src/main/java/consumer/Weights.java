package consumer;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.Parallelism;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.conformance.tensorfile.TensorFile;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import io.github.fp4j.formats.gemm.PackedWeights;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;

/** A layer's weights from the first tensor of a file, in NVFP4, and their product with activations. */
public final class Weights {
  private final PackedWeights packed;
  private final float alpha;

  private Weights(PackedWeights packed, float alpha) {
    this.packed = packed;
    this.alpha = alpha;
  }

  public static Weights read(Path file) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      Tensor tensor = TensorFile.open(file, arena).tensors().firstEntry().getValue();
      int rows = (int) tensor.shape()[0];
      int columns = (int) tensor.shape()[1];
      BlockKernels kernels = Backends.fastest(Backend::blocks, candidate -> candidate.supports(Profiles.MODELOPT), "ModelOpt's NVFP4");
      BlockTensor blocks = kernels.quantize(Profiles.MODELOPT, Blocking.ROWS, FloatRows.of(tensor.toFloats(), rows, columns));
      GemmOperand operand = new GemmOperand(OperandFormat.NVFP4, rows, columns, blocks.codes(), blocks.scales());
      return new Weights(PackedWeights.of(operand), blocks.tensorScale());
    }
  }

  /** [rows, K] activations times the transposed weights. */
  public float[] multiply(float[] activations, int rows) {
    GemmKernels kernels = Backends.fastest(Backend::gemms, candidate -> candidate.supportsActivations(GemmKernels.FP32, packed.format()), "products with activations");
    float[] result = new float[rows * packed.rows()];
    kernels.multiply(GemmKernels.FP32, FloatRows.of(activations, rows, packed.k()), packed, alpha, result, Parallelism.NONE);
    return result;
  }
}
