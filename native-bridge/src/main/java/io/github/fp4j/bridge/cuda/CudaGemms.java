package io.github.fp4j.bridge.cuda;

import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * {@link GemmKernels} of our own kernels: every published model whose family the device code has, on any GPU, and {@link GemmKernels#OWN}, the tensor cores'
 * accumulator by {@code mma.sync}, where the GPU has that instruction.
 */
final class CudaGemms implements GemmKernels {
  private static final List<OperandFormat> FORMATS = List.of(OperandFormat.NVFP4, OperandFormat.MXFP4);
  private static final int MODEL_TILE = 16;
  private static final int MMA_TILE = 128;
  private static final int MMA_K_MULTIPLE = 32;

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
    CudaContext context = kernels.context();
    try (DeviceBuffer result = context.allocate(4L * d.length);
        DeviceBuffer addend = context.allocate(result.bytes())) {
      if (c != null) {
        addend.write(c, stream);
      }
      Object start = c == null ? DeviceKernels.NULL : DeviceRange.of(addend);
      if (model.equals(OWN)) {
        onTensorCores(a, b, start, DeviceRange.of(result));
      } else {
        byModel(AccumulationModels.byId(model), a, b, start, DeviceRange.of(result));
      }
      float[] computed = result.readFloats(d.length, stream);
      System.arraycopy(computed, 0, d, 0, d.length);
    }
  }

  private void onTensorCores(GemmOperand a, GemmOperand b, Object c, DeviceRange d) {
    try (DeviceOperand left = DeviceOperand.upload(kernels.context(), stream, a, 1, MMA_K_MULTIPLE);
        DeviceOperand right = DeviceOperand.upload(kernels.context(), stream, b, 1, MMA_K_MULTIPLE)) {
      kernels.launch(
          stream, kernel(a.format(), "mma"), tiles(a, b, MMA_TILE), DeviceRange.of(left.codes()), DeviceRange.of(right.codes()), DeviceRange.of(left.scales()),
          DeviceRange.of(right.scales()), c, d, (long) a.rows(), (long) b.rows(), (long) left.k(), DeviceKernels.NULL);
      stream.synchronize();
    }
  }

  private void byModel(AccumulationModel model, GemmOperand a, GemmOperand b, Object c, DeviceRange d) {
    try (DeviceBuffer aCodes = copied(a.codes());
        DeviceBuffer aScales = copied(a.scales());
        DeviceBuffer bCodes = copied(b.codes());
        DeviceBuffer bScales = copied(b.scales());
        Arena arena = Arena.ofConfined()) {
      MemorySegment struct = arena.allocate(ModelStruct.BYTES, Integer.BYTES);
      ModelStruct.write(ModelStruct.of(model).orElseThrow(), struct);
      kernels.launch(
          stream, kernel(a.format(), "model"), tiles(a, b, MODEL_TILE), struct, DeviceRange.of(aCodes), DeviceRange.of(bCodes), DeviceRange.of(aScales),
          DeviceRange.of(bScales), c, d, (long) a.rows(), (long) b.rows(), (long) a.k(), DeviceKernels.NULL);
      stream.synchronize();
    }
  }

  private DeviceBuffer copied(byte[] bytes) {
    DeviceBuffer buffer = kernels.context().allocate(bytes.length);
    buffer.write(bytes, stream);
    return buffer;
  }

  private static long tiles(GemmOperand a, GemmOperand b, int side) {
    return (long) Math.ceilDiv(a.rows(), side) * Math.ceilDiv(b.rows(), side);
  }
}
