package io.github.fp4j.bridge.cuda;

import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.Parallelism;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.Fp32Accumulation;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import io.github.fp4j.formats.gemm.PackedWeights;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@link GemmKernels} of our own kernels: every published model whose family the device code has, on any GPU, and {@link GemmKernels#OWN}: of two packed operands the
 * tensor cores' accumulator by {@code mma.sync}, where the GPU has that instruction; of activations the sum that {@code kernel_list.h} states for {@code fp4j_gemv_*}.
 */
final class CudaGemms implements GemmKernels {
  static final List<OperandFormat> FORMATS = List.of(OperandFormat.NVFP4, OperandFormat.MXFP4);

  private static final int MODEL_TILE = 16;
  private static final int MMA_TILE = 128;
  private static final int MMA_K_MULTIPLE = 32;
  private static final int GEMV_K_MULTIPLE = 32;

  private final DeviceKernels kernels;
  private final CudaStream stream;

  CudaGemms(DeviceKernels kernels, CudaStream stream) {
    this.kernels = kernels;
    this.stream = stream;
  }

  @Override
  public boolean supports(String model, OperandFormat a, OperandFormat b) {
    if (!a.equals(b) || !FORMATS.contains(a)) {
      return false;
    }
    return model.equals(OWN) ? kernels.has(kernel(a, "mma")) : known(model).filter(one -> one.supports(a, b)).flatMap(ModelStruct::of).isPresent();
  }

  private static Optional<AccumulationModel> known(String id) {
    return AccumulationModels.all().stream().filter(model -> model.id().equals(id)).findFirst();
  }

  private static String kernel(OperandFormat format, String how) {
    return "fp4j_gemm_" + format + "_" + how;
  }

  @Override
  public void multiply(String model, GemmOperand a, GemmOperand b, float @Nullable [] c, float[] d) {
    GemmArguments.require(this, "cuda", model, a, b, c, d);
    if (!model.equals(OWN)) {
      AccumulationModels.byId(model).require(a, b);
    }
    if (d.length == 0) {
      return;
    }
    try (DeviceScratch scratch = new DeviceScratch(kernels.context(), stream)) {
      DeviceRange result = scratch.allocate(4L * d.length);
      KernelArguments arguments = new KernelArguments().pointer("d", result).number("m", a.rows()).number("n", b.rows()).nullPointer("alpha");
      if (c == null) {
        arguments.nullPointer("c");
      } else {
        arguments.pointer("c", scratch.upload(c));
      }
      if (model.equals(OWN)) {
        onTensorCores(a, b, arguments);
      } else {
        byModel(scratch, AccumulationModels.byId(model), a, b, arguments);
      }
      scratch.download(result, MemorySegment.ofArray(d));
    }
  }

  private void onTensorCores(GemmOperand a, GemmOperand b, KernelArguments arguments) {
    try (DeviceOperand left = DeviceOperand.upload(kernels.context(), stream, a, 1, MMA_K_MULTIPLE);
        DeviceOperand right = DeviceOperand.upload(kernels.context(), stream, b, 1, MMA_K_MULTIPLE)) {
      arguments
          .pointer("a", DeviceRange.of(left.codes()))
          .pointer("b", DeviceRange.of(right.codes()))
          .pointer("a_scales", DeviceRange.of(left.scales()))
          .pointer("b_scales", DeviceRange.of(right.scales()))
          .number("k", left.k());
      kernels.launch(stream, kernel(a.format(), "mma"), tiles(a, b, MMA_TILE), arguments);
      stream.synchronize();
    }
  }

  private void byModel(DeviceScratch scratch, AccumulationModel model, GemmOperand a, GemmOperand b, KernelArguments arguments) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment struct = arena.allocate(ModelStruct.BYTES, Integer.BYTES);
      ModelStruct.write(ModelStruct.of(model).orElseThrow(), struct);
      arguments
          .struct("model", struct)
          .pointer("a", scratch.upload(a.codes()))
          .pointer("b", scratch.upload(b.codes()))
          .pointer("a_scales", scratch.upload(a.scales()))
          .pointer("b_scales", scratch.upload(b.scales()))
          .number("k", a.k());
      kernels.launch(stream, kernel(a.format(), "model"), tiles(a, b, MODEL_TILE), arguments);
    }
  }

  private static long tiles(GemmOperand a, GemmOperand b, int side) {
    return (long) Math.ceilDiv(a.rows(), side) * Math.ceilDiv(b.rows(), side);
  }

  @Override
  public boolean supportsActivations(String model, OperandFormat weights) {
    return model.equals(OWN) && FORMATS.contains(weights);
  }

  /** A matrix-vector product for each row of A: K is filled up with zeros to a multiple of 32. */
  @Override
  public void multiply(String model, FloatRows a, PackedWeights b, float alpha, float[] d, Parallelism parallelism) {
    requireActivations(model, a, b, d);
    if (d.length == 0) {
      return;
    }
    GemmOperand weights = b.unpacked();
    OperandFormat format = weights.format();
    int k = Math.ceilDiv(weights.k(), GEMV_K_MULTIPLE) * GEMV_K_MULTIPLE;
    try (DeviceScratch scratch = new DeviceScratch(kernels.context(), stream)) {
      DeviceRange codes = scratch.upload(DeviceOperand.padded(weights.codes(), weights.rows(), weights.k() / 2, weights.rows(), k / 2));
      DeviceRange scales =
          scratch.upload(DeviceOperand.padded(weights.scales(), weights.rows(), weights.k() / format.block(), weights.rows(), k / format.block()));
      FloatRows padded = FloatRows.of(new float[Math.multiplyExact(a.rows(), k)], a.rows(), k);
      for (int row = 0; row < a.rows(); row++) {
        System.arraycopy(a.values(), a.index(row, 0), padded.values(), row * k, a.columns());
      }
      DeviceRange x = scratch.upload(padded).values();
      DeviceRange y = scratch.allocate(4L * d.length);
      DeviceRange factor = scratch.upload(alpha);
      for (int row = 0; row < a.rows(); row++) {
        KernelArguments arguments =
            new KernelArguments()
                .pointer("w", codes)
                .pointer("scales", scales)
                .pointer("x", new DeviceRange(x.buffer(), 4L * row * k, 4L * k))
                .pointer("y", new DeviceRange(y.buffer(), 4L * row * b.rows(), 4L * b.rows()))
                .number("rows", b.rows())
                .number("k", k)
                .pointer("alpha", factor);
        kernels.launch(stream, "fp4j_gemv_" + format, b.rows(), arguments);
      }
      scratch.download(y, MemorySegment.ofArray(d));
      for (int i = 0; i < d.length; i++) {
        d[i] = Fp32Accumulation.result(d[i]);
      }
    }
  }

  private void requireActivations(String model, FloatRows a, PackedWeights b, float[] d) {
    if (!supportsActivations(model, b.format())) {
      throw new IllegalArgumentException("model " + model + " with activations and " + b.format() + " weights: cuda does not have it");
    }
    if (a.columns() != b.k()) {
      throw new IllegalArgumentException("k = " + a.columns() + " of A, " + b.k() + " of B: expected the same");
    }
    long length = (long) a.rows() * b.rows();
    if (d.length != length) {
      throw new IllegalArgumentException("d has " + d.length + " elements: expected " + length);
    }
  }
}
