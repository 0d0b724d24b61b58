package io.github.fp4j.bridge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import io.github.fp4j.bridge.Discovery;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** NVIDIA's own cuBLASLt as far as it goes without a GPU: every descriptor that a plan makes is created, set and read back. */
class CublasLtTest {
  private final CublasLt library = Nvidia.present(CublasLt.find());

  @Test
  void itsFunctionsHaveTheParametersOfTheirHeader() throws IOException {
    assertThat(SignaturesTest.compare(library.api, "cublas")).isEqualTo(18);
  }

  @Test
  void itTellsItsVersionAndWords() {
    assertThat(library.version()).isEqualTo(library.versionNumber() / 10000 + "." + library.versionNumber() / 100 % 100 + "." + library.versionNumber() % 100);
    assertThat(library.versionNumber()).isBetween(130000L, 139999L);
    assertThat(library.runtimeVersion().major()).isEqualTo(13);
    assertThat(library.statusText(0)).startsWith("CUBLAS_STATUS_SUCCESS: ");
    assertThat(library.statusText(CublasLtException.NOT_SUPPORTED)).startsWith("CUBLAS_STATUS_NOT_SUPPORTED: ");
  }

  @Test
  void withoutAGpuAHandleIsRefusedAndExplained() {
    Discovery<CudaDriver> driver = CudaDriver.find();
    assumeFalse(driver instanceof Discovery.Found<CudaDriver>, "NOT RUN: there is an NVIDIA driver here, so that a handle can be had");
    assertThatExceptionOfType(CublasLtException.class)
        .isThrownBy(library::createHandle)
        .withMessageStartingWith("cublasLtCreate: CUBLAS_STATUS_NOT_INITIALIZED (1): ")
        .withMessageContaining("cuBLASLt opens the GPU here and found none that it can use: it needs NVIDIA's driver (libcuda.so.1) and a GPU")
        .satisfies(e -> assertThat(e.status()).isEqualTo(CublasLtException.NOT_INITIALIZED));
  }

  @Test
  void everyDescriptorOfAPlanHoldsWhatWasSet(@TempDir Path folder) throws IOException {
    try (FakeDriver fake = FakeDriver.install(folder);
        CudaContext context = fake.device().primaryContext();
        DeviceBuffer memory = context.allocate(1 << 20)) {
      MatmulOperands plain = MatmulOperands.of(memory, memory, memory, memory, memory);
      MatmulOperands all = plain.withC(memory).withDScales(memory, memory).withBias(memory);
      int read = 0;
      for (MatmulRequest request : requests()) {
        MatmulOperands operands = request.quantizesD() ? all : request.bias() != null ? plain.withC(memory).withBias(memory) : plain;
        try (MatmulDescriptors plan = new MatmulDescriptors(library, request, operands, 32 << 20)) {
          read += readBack(plan);
        }
      }
      assertThat(read).isEqualTo(9 * 7 + 5 + 3 + 9 * 4 + 8 + 9 * 5);
    }
  }

  private static List<MatmulRequest> requests() {
    List<MatmulRequest> requests = new ArrayList<>();
    for (CudaDataType d : List.of(CudaDataType.R_32F, CudaDataType.R_16BF, CudaDataType.R_16F, CudaDataType.R_4F_E2M1)) {
      requests.add(MatmulRequest.nvfp4(256, 128, 64, d));
    }
    requests.add(MatmulRequest.nvfp4(1, 32, 32, CudaDataType.R_32F).batched(7));
    requests.add(MatmulRequest.nvfp4(128, 32, 96, CudaDataType.R_16F).addingC(CudaDataType.R_16F).withBias(CudaDataType.R_16F));
    requests.add(MatmulRequest.nvfp4(128, 32, 96, CudaDataType.R_32F).withDeviceScalars());
    requests.add(MatmulRequest.of(OperandFormat.MXFP8_E4M3, OperandFormat.MXFP8_E5M2, 64, 64, 64, CudaDataType.R_16BF));
    requests.add(MatmulRequest.of(OperandFormat.MXFP8_E4M3, OperandFormat.MXFP8_E4M3, 64, 64, 64, CudaDataType.R_32F));
    return requests;
  }

  /** How many attributes were read. */
  private static int readBack(MatmulDescriptors plan) {
    int read = readBack(plan.operation);
    for (Descriptor<LayoutAttribute> layout : List.of(plan.left, plan.right, plan.c, plan.d)) {
      read += readBack(layout);
    }
    return read + readBack(plan.preference);
  }

  private static <A extends Enum<A> & Descriptor.Attribute> int readBack(Descriptor<A> descriptor) {
    for (Map.Entry<A, Long> entry : descriptor.values().entrySet()) {
      assertThat(descriptor.get(entry.getKey())).as("%s", entry.getKey()).isEqualTo(entry.getValue());
    }
    return descriptor.values().size();
  }

  @Test
  void layoutsAreOfTheTransposedProblem(@TempDir Path folder) throws IOException {
    try (FakeDriver fake = FakeDriver.install(folder);
        CudaContext context = fake.device().primaryContext();
        DeviceBuffer a = context.allocate(1 << 16);
        DeviceBuffer b = context.allocate(1 << 16);
        DeviceBuffer aScales = context.allocate(1 << 12);
        DeviceBuffer bScales = context.allocate(1 << 12);
        MatmulDescriptors plan =
            new MatmulDescriptors(library, MatmulRequest.nvfp4(3, 8, 64, CudaDataType.R_16BF), MatmulOperands.of(a, aScales, b, bScales, a), 0)) {
      assertThat(List.of(plan.left.get(LayoutAttribute.ROWS), plan.left.get(LayoutAttribute.COLS), plan.left.get(LayoutAttribute.LD))).containsExactly(64L, 8L, 64L);
      assertThat(List.of(plan.right.get(LayoutAttribute.ROWS), plan.right.get(LayoutAttribute.COLS))).containsExactly(64L, 3L);
      assertThat(List.of(plan.d.get(LayoutAttribute.ROWS), plan.d.get(LayoutAttribute.COLS), plan.d.get(LayoutAttribute.LD))).containsExactly(8L, 3L, 8L);
      assertThat(plan.d.get(LayoutAttribute.TYPE)).isEqualTo(CudaDataType.R_16BF.code());
      assertThat(plan.operation.get(OperationAttribute.A_SCALE_POINTER)).isEqualTo(bScales.address());
      assertThat(plan.operation.get(OperationAttribute.B_SCALE_POINTER)).isEqualTo(aScales.address());
      assertThat(plan.operation.get(OperationAttribute.COMPUTE_TYPE)).isEqualTo(OperationAttribute.COMPUTE_32F);
      assertThat(plan.operation.get(OperationAttribute.SCALE_TYPE)).isEqualTo(CudaDataType.R_32F.code());
    }
  }

  @Test
  void everyAttributeHasTheSizeOfItsHeader() {
    try (Descriptor<OperationAttribute> operation = Descriptor.operation(library);
        Descriptor<LayoutAttribute> layout = Descriptor.layout(library, CudaDataType.R_4F_E2M1, 64, 32, 64);
        Descriptor<PreferenceAttribute> preference = Descriptor.preference(library)) {
      for (OperationAttribute attribute : OperationAttribute.values()) {
        assertThat(operation.get(attribute)).as("%s", attribute).isNotNull();
      }
      for (LayoutAttribute attribute : LayoutAttribute.values()) {
        assertThat(layout.get(attribute)).as("%s", attribute).isNotNull();
      }
      for (PreferenceAttribute attribute : PreferenceAttribute.values()) {
        assertThat(preference.get(attribute)).as("%s", attribute).isNotNull();
      }
    }
  }

  @Test
  void aClosedDescriptorIsRefused() {
    Descriptor<LayoutAttribute> layout = Descriptor.layout(library, CudaDataType.R_32F, 4, 4, 4);
    layout.close();
    layout.close();
    assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> layout.get(LayoutAttribute.ROWS)).withMessageContaining("is closed");
  }
}
