package io.github.fp4j.bridge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.gemm.Epilogue;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Whole plans, on a cuBLASLt that computes products from its descriptors; D must have the bits of the exact sum, rounded once, and the epilogue after it. */
class MatmulPlanTest {
  private static final long WORKSPACE = 1 << 20;
  private static final GemmKernels REFERENCE = Backends.byName("reference").gemms().orElseThrow();

  @TempDir private Path folder;
  private FakeDriver fake;
  private FakeCublasLt cublasLt;
  private CudaContext context;
  private CudaStream stream;
  private CublasLt.Handle handle;

  @BeforeEach
  void install() throws IOException {
    fake = FakeDriver.install(folder);
    cublasLt = FakeCublasLt.install(folder);
    context = fake.device().primaryContext();
    stream = context.createStream();
    handle = cublasLt.library().createHandle(context);
  }

  @AfterEach
  void nothingIsLeft() {
    handle.close();
    stream.close();
    context.close();
    fake.close();
    assertThat(cublasLt.live()).as("live descriptors").isZero();
    assertThat(fake.live()).as("live objects of the driver").isZero();
    assertThat(fake.depth()).as("contexts left current").isZero();
  }

  private static BlockTensor tensor(QuantizationProfile profile, int rows, int columns, int seed) {
    Random random = new Random(seed);
    float[] values = new float[rows * columns];
    for (int i = 0; i < values.length; i++) {
      values[i] = random.nextFloat() * 8 - 4;
    }
    return Backends.byName("reference").blocks().orElseThrow().quantize(profile, Blocking.ROWS, FloatRows.of(values, rows, columns));
  }

  private static GemmOperand operand(BlockTensor tensor) {
    return new GemmOperand(OperandFormat.NVFP4, tensor.rows(), tensor.storedColumns(), tensor.codes(), tensor.scales());
  }

  private static float[] accumulators(GemmOperand a, GemmOperand b) {
    float[] d = new float[a.rows() * b.rows()];
    REFERENCE.multiply("exact-rne", a, b, null, d);
    return d;
  }

  private DeviceBuffer buffer(long bytes) {
    return context.allocate(bytes);
  }

  @Test
  void nvfp4ProductsOfBlockTensorsAreRightInEveryOutputType() {
    int compared = 0;
    for (int[] shape : new int[][] {{1, 8, 32}, {3, 16, 64}, {130, 8, 96}, {5, 136, 160}}) {
      BlockTensor a = tensor(Profiles.FLASHINFER_EXACT, shape[0], shape[2], 1);
      BlockTensor b = tensor(Profiles.FLASHINFER_EXACT, shape[1], shape[2], 2);
      float alpha = TensorScales.alpha(a, b);
      for (Epilogue.Output output : Epilogue.Output.values()) {
        float[] right = accumulators(operand(a), operand(b));
        new Epilogue(alpha, 0, Epilogue.Combination.FUSED, output).apply(right, null, null);
        MatmulRequest request = MatmulRequest.nvfp4(shape[0], shape[1], shape[2], type(output));
        try (DeviceOperand there = DeviceOperand.upload(context, stream, a);
            DeviceOperand thereB = DeviceOperand.upload(context, stream, b);
            DeviceBuffer d = buffer(request.d().bytes((long) shape[0] * shape[1]));
            MatmulPlan plan =
                MatmulPlan.create(handle, request, MatmulOperands.of(there.codes(), there.scales(), thereB.codes(), thereB.scales(), d), WORKSPACE)) {
          plan.run(stream, alpha, 0);
          assertThat(read(d, output, right.length)).as("%s, %s", shape, output).isEqualTo(right);
          compared += right.length;
        }
      }
    }
    assertThat(compared).isEqualTo(3 * (8 + 48 + 1040 + 680));
    assertThat(cublasLt.products()).isEqualTo(12);
  }

  private static CudaDataType type(Epilogue.Output output) {
    return switch (output) {
      case FP32 -> CudaDataType.R_32F;
      case BF16 -> CudaDataType.R_16BF;
      case FP16 -> CudaDataType.R_16F;
    };
  }

  private float[] read(DeviceBuffer d, Epilogue.Output output, int count) {
    if (output == Epilogue.Output.FP32) {
      return d.readFloats(count, stream);
    }
    byte[] bytes = d.readBytes(2 * count, stream);
    float[] values = new float[count];
    for (int i = 0; i < count; i++) {
      int bits = bytes[2 * i] & 0xFF | (bytes[2 * i + 1] & 0xFF) << 8;
      values[i] = output == Epilogue.Output.BF16 ? Float.intBitsToFloat(bits << 16) : Float.float16ToFloat((short) bits);
    }
    return values;
  }

  @Test
  void cAndBiasAreAddedWhereTheyBelong() {
    int m = 3;
    int n = 8;
    BlockTensor a = tensor(Profiles.TE_2_15, m, 64, 3);
    BlockTensor b = tensor(Profiles.TE_2_15, n, 64, 4);
    float alpha = TensorScales.alpha(a, b);
    float[] c = new float[m * n];
    float[] bias = new float[n];
    for (int i = 0; i < c.length; i++) {
      c[i] = i * 0.25f;
    }
    for (int i = 0; i < n; i++) {
      bias[i] = i - 3;
    }
    float[] right = accumulators(operand(a), operand(b));
    for (int i = 0; i < right.length; i++) {
      right[i] = Math.fma(alpha, right[i], 0.5f * c[i]) + bias[i % n];
    }
    byte[] biasBytes = new byte[2 * n];
    for (int i = 0; i < n; i++) {
      int bits = Float.floatToRawIntBits(bias[i]) >>> 16;
      biasBytes[2 * i] = (byte) bits;
      biasBytes[2 * i + 1] = (byte) (bits >> 8);
    }
    MatmulRequest request = MatmulRequest.nvfp4(m, n, 64, CudaDataType.R_32F).addingC(CudaDataType.R_32F).withBias(CudaDataType.R_16BF).withDeviceScalars();
    try (DeviceOperand there = DeviceOperand.upload(context, stream, a);
        DeviceOperand thereB = DeviceOperand.upload(context, stream, b);
        DeviceBuffer d = buffer(4L * m * n);
        DeviceBuffer cBuffer = buffer(4L * m * n);
        DeviceBuffer biasBuffer = buffer(2L * n);
        DeviceBuffer scalars = buffer(8)) {
      cBuffer.write(c, stream);
      biasBuffer.write(biasBytes, stream);
      scalars.write(new float[] {alpha, 0.5f}, stream);
      MatmulOperands operands = MatmulOperands.of(there.codes(), there.scales(), thereB.codes(), thereB.scales(), d).withC(cBuffer).withBias(biasBuffer);
      try (MatmulPlan plan = MatmulPlan.create(handle, request, operands, WORKSPACE)) {
        plan.run(stream, new DeviceRange(scalars, 0, 4), new DeviceRange(scalars, 4, 4));
        assertThat(d.readFloats(m * n, stream)).isEqualTo(right);
        assertThatIllegalArgumentException().isThrownBy(() -> plan.run(stream, 1, 0)).withMessageContaining("expected ranges on the device");
        assertThatIllegalArgumentException()
            .isThrownBy(() -> plan.run(stream, new DeviceRange(scalars, 0, 2), new DeviceRange(scalars, 4, 4)))
            .withMessageContaining("alpha = 2 bytes");
      }
    }
  }

  @Test
  void anNvfp4OutputIsThatOfTheProfileCublasltD() {
    int m = 5;
    int n = 96;
    BlockTensor a = tensor(Profiles.FLASHINFER_EXACT, m, 64, 5);
    BlockTensor b = tensor(Profiles.FLASHINFER_EXACT, n, 64, 6);
    float alpha = TensorScales.alpha(a, b);
    float[] product = accumulators(operand(a), operand(b));
    new Epilogue(alpha, 0, Epilogue.Combination.FUSED, Epilogue.Output.FP32).apply(product, null, null);
    BlockTensor right = Backends.byName("reference").blocks().orElseThrow().quantize(Profiles.CUBLASLT_D, Blocking.ROWS, FloatRows.of(product, m, n));
    MatmulRequest request = MatmulRequest.nvfp4(m, n, 64, CudaDataType.R_4F_E2M1);
    int scaleBytes = ScaleLayout.SWIZZLED_128X4.size(m, n / 16);
    try (DeviceOperand there = DeviceOperand.upload(context, stream, a);
        DeviceOperand thereB = DeviceOperand.upload(context, stream, b);
        DeviceBuffer d = buffer((long) m * n / 2);
        DeviceBuffer c = buffer(2L * m * n);
        DeviceBuffer scale = buffer(4);
        DeviceBuffer scales = buffer(scaleBytes)) {
      scale.write(new float[] {right.tensorScale()}, stream);
      MatmulOperands operands = MatmulOperands.of(there.codes(), there.scales(), thereB.codes(), thereB.scales(), d).withC(c).withDScales(scale, scales);
      try (MatmulPlan plan = MatmulPlan.create(handle, request, operands, WORKSPACE)) {
        plan.run(stream, alpha, 0);
      }
      byte[] linear = new byte[m * n / 16];
      ScaleLayout.SWIZZLED_128X4.unswizzle(m, n / 16, scales.readBytes(scaleBytes, stream), 0, linear, 0);
      assertThat(linear).isEqualTo(right.scales());
      assertThat(d.readBytes(m * n / 2, stream)).isEqualTo(right.codes());
    }
  }

  @Test
  void batchesFollowOneAnother() {
    int batch = 3;
    byte[] codes = new byte[batch * 2 * 32];
    byte[] scales = new byte[batch * 512];
    byte[] codesB = new byte[batch * 8 * 32];
    byte[] scalesB = new byte[batch * 512];
    float[] right = new float[batch * 2 * 8];
    for (int i = 0; i < batch; i++) {
      BlockTensor a = tensor(Profiles.FLASHINFER_EXACT, 2, 64, 10 + i);
      BlockTensor b = tensor(Profiles.FLASHINFER_EXACT, 8, 64, 20 + i);
      System.arraycopy(a.codes(), 0, codes, i * 2 * 32, 2 * 32);
      System.arraycopy(b.codes(), 0, codesB, i * 8 * 32, 8 * 32);
      ScaleLayout.SWIZZLED_128X4.swizzle(2, 4, a.scales(), 0, scales, i * 512);
      ScaleLayout.SWIZZLED_128X4.swizzle(8, 4, b.scales(), 0, scalesB, i * 512);
      System.arraycopy(accumulators(operand(a), operand(b)), 0, right, i * 16, 16);
    }
    try (DeviceBuffer a = buffer(codes.length);
        DeviceBuffer b = buffer(codesB.length);
        DeviceBuffer aScales = buffer(scales.length);
        DeviceBuffer bScales = buffer(scalesB.length);
        DeviceBuffer d = buffer(4L * right.length)) {
      a.write(codes, stream);
      b.write(codesB, stream);
      aScales.write(scales, stream);
      bScales.write(scalesB, stream);
      MatmulRequest request = MatmulRequest.nvfp4(2, 8, 64, CudaDataType.R_32F).batched(batch);
      try (MatmulPlan plan = MatmulPlan.create(handle, request, MatmulOperands.of(a, aScales, b, bScales, d), WORKSPACE)) {
        plan.run(stream, 1, 0);
        assertThat(d.readFloats(right.length, stream)).isEqualTo(right);
      }
    }
  }

  @Test
  void mxfp8ProductsAreRight() {
    Random random = new Random(7);
    GemmOperand a = mxfp8(OperandFormat.MXFP8_E4M3, 3, random);
    GemmOperand b = mxfp8(OperandFormat.MXFP8_E5M2, 8, random);
    float[] right = accumulators(a, b);
    try (DeviceOperand there = DeviceOperand.upload(context, stream, a, 1, 32);
        DeviceOperand thereB = DeviceOperand.upload(context, stream, b, 1, 32);
        DeviceBuffer d = buffer(4L * right.length);
        MatmulPlan plan =
            MatmulPlan.create(
                handle, MatmulRequest.of(a.format(), b.format(), 3, 8, 64, CudaDataType.R_32F),
                MatmulOperands.of(there.codes(), there.scales(), thereB.codes(), thereB.scales(), d), WORKSPACE)) {
      plan.run(stream, 1, 0);
      assertThat(d.readFloats(right.length, stream)).isEqualTo(right);
    }
  }

  private static GemmOperand mxfp8(OperandFormat format, int rows, Random random) {
    byte[] codes = new byte[rows * 64];
    byte[] scales = new byte[rows * 2];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) (random.nextInt(0x70) | random.nextInt(2) << 7);
    }
    for (int i = 0; i < scales.length; i++) {
      scales[i] = (byte) (120 + random.nextInt(12));
    }
    return new GemmOperand(format, rows, 64, codes, scales);
  }

  @Test
  void anAlgorithmIsRecordedAndPinned() {
    BlockTensor a = tensor(Profiles.FLASHINFER_EXACT, 2, 32, 1);
    BlockTensor b = tensor(Profiles.FLASHINFER_EXACT, 8, 32, 2);
    MatmulRequest request = MatmulRequest.nvfp4(2, 8, 32, CudaDataType.R_32F);
    try (DeviceOperand there = DeviceOperand.upload(context, stream, a);
        DeviceOperand thereB = DeviceOperand.upload(context, stream, b);
        DeviceBuffer d = buffer(64)) {
      MatmulOperands operands = MatmulOperands.of(there.codes(), there.scales(), thereB.codes(), thereB.scales(), d);
      MatmulAlgorithm second;
      try (MatmulPlan plan = MatmulPlan.create(handle, request, operands, WORKSPACE)) {
        assertThat(plan.candidates()).hasSize(2);
        assertThat(plan.candidates().getFirst().workspaceBytes()).isEqualTo(512);
        assertThat(plan.candidates().get(1).waves()).isEqualTo(1.5f);
        assertThat(plan.algorithm()).isEqualTo(plan.candidates().getFirst().algorithm());
        second = plan.candidates().get(1).algorithm();
        plan.run(stream, 1, 0);
        assertThat(cublasLt.lastAlgorithm()).isEqualTo(0xA190);
      }
      MatmulAlgorithm recorded = MatmulAlgorithm.parse(second.toString());
      assertThat(recorded).isEqualTo(second).hasSameHashCodeAs(second);
      try (MatmulPlan plan = MatmulPlan.withAlgorithm(handle, request, operands, recorded)) {
        plan.run(stream, 1, 0);
        assertThat(cublasLt.lastAlgorithm()).isEqualTo(0xA191);
      }
      MatmulAlgorithm old = MatmulAlgorithm.parse(second.toString().replace("130101", "120900"));
      assertThatIllegalArgumentException()
          .isThrownBy(() -> MatmulPlan.withAlgorithm(handle, request, operands, old))
          .withMessage("the algorithm was recorded with cuBLASLt 120900: expected 130101, the one that is here; let the heuristics choose again");
      MatmulAlgorithm other = new MatmulAlgorithm(130101, new byte[64]);
      assertThatExceptionOfType(CublasLtException.class)
          .isThrownBy(() -> MatmulPlan.withAlgorithm(handle, request, operands, other))
          .withMessageStartingWith("cublasLtMatmulAlgoCheck: CUBLAS_STATUS_NOT_SUPPORTED (15): the fake does not support it");
      for (String text : new String[] {"", "cublaslt-algorithm 130101 00", "algorithm 130101 " + "0".repeat(128), "cublaslt-algorithm x " + "0".repeat(128)}) {
        assertThatIllegalArgumentException().isThrownBy(() -> MatmulAlgorithm.parse(text)).withMessageContaining("expected \"cublaslt-algorithm VERSION HEX\"");
      }
    }
  }

  @Test
  void aPlanThatHasNoAlgorithmSaysSo() {
    BlockTensor a = tensor(Profiles.FLASHINFER_EXACT, 8, 32, 1);
    MatmulRequest request = MatmulRequest.nvfp4(8, 8, 32, CudaDataType.R_32F);
    try (DeviceOperand there = DeviceOperand.upload(context, stream, a);
        DeviceBuffer d = buffer(256)) {
      MatmulOperands operands = MatmulOperands.of(there.codes(), there.scales(), there.codes(), there.scales(), d);
      assertThatExceptionOfType(CublasLtException.class)
          .isThrownBy(() -> MatmulPlan.create(handle, request, operands, 0))
          .withMessageContaining("it offers no algorithm; more workspace may help");
      cublasLt.offer(0);
      assertThatExceptionOfType(CublasLtException.class).isThrownBy(() -> MatmulPlan.create(handle, request, operands, WORKSPACE));
    }
  }

  @Test
  void aPlanKeepsWhatItNeedsAndIsUselessOnceClosed() {
    BlockTensor a = tensor(Profiles.FLASHINFER_EXACT, 8, 32, 1);
    MatmulRequest request = MatmulRequest.nvfp4(8, 8, 32, CudaDataType.R_32F);
    try (CublasLt.Handle own = cublasLt.library().createHandle(context);
        DeviceOperand there = DeviceOperand.upload(context, stream, a);
        DeviceBuffer d = buffer(256);
        DeviceBuffer other = buffer(256)) {
      MatmulOperands operands = MatmulOperands.of(there.codes(), there.scales(), there.codes(), there.scales(), d);
      MatmulPlan plan = MatmulPlan.create(own, request, operands, WORKSPACE);
      plan.run(stream, 2, 0);
      plan.use(MatmulOperands.of(there.codes(), there.scales(), there.codes(), there.scales(), other));
      plan.run(stream, 2, 0);
      assertThat(other.readFloats(64, stream)).isEqualTo(d.readFloats(64, stream));
      assertThatIllegalArgumentException().isThrownBy(() -> plan.run(stream, 1, 1)).withMessage("beta = 1.0: expected 0, since the request adds no C");
      plan.close();
      plan.close();
      int calls = cublasLt.calls();
      assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> plan.run(stream, 1, 0)).withMessage("MatmulPlan is closed: expected an open one");
      assertThat(cublasLt.calls()).isEqualTo(calls);
    }
  }
}
