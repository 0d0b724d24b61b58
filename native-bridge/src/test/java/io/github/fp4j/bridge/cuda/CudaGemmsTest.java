package io.github.fp4j.bridge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.bridge.CompiledC;
import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * The backends, all the way: Java launches what NVRTC compiled from the packaged sources on the fake driver, which runs the same sources, compiled as C++, under
 * their execution model on the CPU. Results are compared with the reference bit for bit.
 */
class CudaGemmsTest {
  private static final GemmKernels REFERENCE = Backends.byName("reference").gemms().orElseThrow();

  @TempDir private Path folder;

  @SuppressWarnings("restricted")
  static void runKernelsOnCpu(FakeDriver fake) throws IOException {
    SymbolLookup kernels = SymbolLookup.libraryLookup(CompiledC.kernelsOnCpu(), Arena.global());
    new KernelList().entries().forEach((name, entry) -> fake.kernel(name, entry.parameters().size(), kernels.find("run_" + name).orElseThrow()));
  }

  private static GemmOperand operand(OperandFormat format, int rows, int k, Random random) {
    byte[] codes = new byte[rows * k / 2];
    random.nextBytes(codes);
    byte[] scales = new byte[rows * k / format.block()];
    for (int i = 0; i < scales.length; i++) {
      scales[i] = (byte) (format.block() == 16 ? 0x30 + random.nextInt(16) : 120 + random.nextInt(12));
    }
    return new GemmOperand(format, rows, k, codes, scales);
  }

  @Test
  void everyModelAndTheTensorCoresGiveTheReferencesBits() throws IOException {
    assumeTrue(System.getProperty("os.name").equals("Linux"), "NOT RUN: the kernels' execution model on the CPU needs Linux");
    Nvrtc nvrtc = Nvidia.present(Nvrtc.find());
    try (FakeDriver fake = FakeDriver.install(folder)) {
      fake.devices(1, 12, 0);
      runKernelsOnCpu(fake);
      int products = 0;
      try (CudaContext context = fake.device().primaryContext();
          CudaStream stream = context.createStream();
          DeviceKernels kernels = new DeviceKernels(context, nvrtc, CubinCache.ofUser())) {
        GemmKernels device = new CudaGemms(kernels, stream);
        Random random = new Random(1);
        for (OperandFormat format : List.of(OperandFormat.NVFP4, OperandFormat.MXFP4)) {
          for (int[] shape : new int[][] {{1, 1, 64}, {17, 3, 128}, {5, 33, 320}}) {
            GemmOperand a = operand(format, shape[0], shape[2], random);
            GemmOperand b = operand(format, shape[1], shape[2], random);
            float[] c = new float[shape[0] * shape[1]];
            for (int i = 0; i < c.length; i++) {
              c[i] = random.nextFloat() * 100;
            }
            for (AccumulationModel model : AccumulationModels.all()) {
              if (device.supports(model.id(), format, format)) {
                products += same(device, model.id(), model.id(), a, b, c) + same(device, model.id(), model.id(), a, b, null);
              }
            }
            String played = format.equals(OperandFormat.NVFP4) ? "nvfp4-gst-f35" : "mxf4"; // what shim/k64_step.cpp plays
            products += same(device, GemmKernels.OWN, played, a, b, c);
          }
        }
        assertThat(device.supports("unknown", OperandFormat.NVFP4, OperandFormat.NVFP4)).isFalse();
        assertThat(device.supports("exact-rne", OperandFormat.NVFP4, OperandFormat.MXFP4)).isFalse();
      }
      assertThat(products).isEqualTo(3 * (2 * 13 + 1) + 3 * (2 * 6 + 1));
      assertThat(fake.launches()).isEqualTo(products);
      assertThat(fake.live()).isZero();
    }
  }

  private static int same(GemmKernels device, String model, String right, GemmOperand a, GemmOperand b, float[] c) {
    float[] expected = new float[a.rows() * b.rows()];
    float[] actual = new float[expected.length];
    REFERENCE.multiply(right, a, b, c, expected);
    device.multiply(model, a, b, c, actual);
    assertThat(actual).as("%s, %s x %s x %s", model, a.rows(), b.rows(), a.k()).isEqualTo(expected);
    return 1;
  }

  @Test
  void modelsAreTheStructsOfTheHeader() throws IOException {
    String header = Files.readString(Path.of("..", "cuda-src", "include", "fp4j", "profiles.cuh"));
    List<String> families = List.of("fused_groups", "two_stage_groups", "fused_products", "exact", "sequential_products", "sequential_groups");
    Matcher row = Pattern.compile("\\{\"([\\w-]+)\", \\{Accumulation::(\\w+), (\\d+), (\\d+), (\\d+), (\\d+), (\\d+)\\}").matcher(header);
    int compared = 0;
    while (row.find()) {
      if (row.group(1).equals(GemmKernels.OWN)) {
        continue; // the host library's own: no device launches it
      }
      int[] struct = ModelStruct.of(AccumulationModels.byId(row.group(1))).orElseThrow();
      assertThat(struct[0]).as(row.group(1)).isEqualTo(families.indexOf(row.group(2)));
      for (int field = 1; field < 6; field++) {
        assertThat(struct[field]).as("%s, field %s", row.group(1), field).isEqualTo(Integer.parseInt(row.group(2 + field)));
      }
      compared++;
    }
    assertThat(compared).isEqualTo(16);
  }

  @Test
  void argumentsAreCheckedAgainstTheList() throws IOException {
    Nvrtc nvrtc = Nvidia.present(Nvrtc.find());
    try (FakeDriver fake = FakeDriver.install(folder);
        CudaContext context = fake.device().primaryContext();
        CudaStream stream = context.createStream();
        DeviceBuffer buffer = context.allocate(64);
        DeviceKernels kernels = new DeviceKernels(context, nvrtc, CubinCache.ofUser())) {
      context.device().computeCapability();
      long calls = fake.calls();
      DeviceRange all = DeviceRange.of(buffer);
      illegal("fp4j_amax has 1 arguments: expected 6", () -> kernels.launch(stream, "fp4j_amax", 1, all));
      illegal("rows = 1: expected a long long", () -> kernels.launch(stream, "fp4j_amax", 1, all, 1, 1L, 1L, 0, all));
      illegal("keeps_nan = 0: expected a int", () -> kernels.launch(stream, "fp4j_amax", 1, all, 1L, 1L, 1L, 0L, all));
      illegal("values starts at 0x", () -> kernels.launch(stream, "fp4j_amax", 1, new DeviceRange(buffer, 2, 8), 1L, 1L, 1L, 0, all));
      illegal("values = 5: expected a float*", () -> kernels.launch(stream, "fp4j_amax", 1, 5L, 1L, 1L, 1L, 0, all));
      illegal("values = -1: expected at least 0", () -> kernels.launch(stream, "fp4j_amax", -1, all, 1L, 1L, 1L, 0, all));
      illegal("kernel \"absent\": expected one of fp4j_amax", () -> kernels.launch(stream, "absent", 1));
      illegal("fp4j_probe_mma_nvfp4 is for sm_12x: device 0", () -> kernels.launch(stream, "fp4j_probe_mma_nvfp4", 1));
      kernels.launch(stream, "fp4j_amax", 0, all, 0L, 0L, 0L, 0, all); // nothing to do
      assertThat(fake.launches()).isZero();
      assertThat(calls).isPositive();
    }
  }

  private static void illegal(String message, ThrowingCallable call) {
    assertThatIllegalArgumentException().isThrownBy(call).withMessageContaining(message);
  }

  @Test
  void cublasLtIsABackendWhereAGpuIs() throws IOException {
    try (FakeDriver fake = FakeDriver.install(folder)) {
      FakeCublasLt.install(folder);
      CublasLtBackend backend = new CublasLtBackend(Gpu::find);
      assertThat(backend.availability()).isEqualTo(Availability.YES);
      assertThat(backend.description()).isEqualTo("cuBLASLt 13.1.1 on device 0: Fake GPU, compute capability 10.0 (results not seen on a chip yet)");
      GemmKernels device = backend.gemms().orElseThrow();
      Random random = new Random(2);
      GemmOperand a = operand(OperandFormat.NVFP4, 3, 48, random); // K and N are filled up
      GemmOperand b = operand(OperandFormat.NVFP4, 5, 48, random);
      same(device, GemmKernels.OWN, "exact-rne", a, b, null);
      float[] c = new float[15];
      Arrays.fill(c, 16);
      float[] sums = new float[15];
      float[] actual = new float[15];
      REFERENCE.multiply("exact-rne", a, b, null, sums);
      device.multiply(GemmKernels.OWN, a, b, c, actual);
      for (int i = 0; i < 15; i++) {
        assertThat(actual[i]).isEqualTo(sums[i] + 16);
      }
      illegal("model exact-rne for nvfp4 x nvfp4: cublaslt does not have it", () -> device.multiply("exact-rne", a, b, null, actual));
      illegal("d has 14 elements: expected 15", () -> device.multiply(GemmKernels.OWN, a, b, null, new float[14]));
      illegal("c has 1 elements: expected 15", () -> device.multiply(GemmKernels.OWN, a, b, new float[1], actual));

      fake.devices(1, 9, 0);
      assertThat(new CublasLtBackend(Gpu::find).availability())
          .isEqualTo(Availability.no("device 0: Fake GPU, compute capability 9.0: cuBLASLt's block-scaled products need 10.0 or later"));
      fake.devices(0, 9, 0);
      assertThat(new CudaBackend(Gpu::find).availability())
          .isEqualTo(Availability.no("no GPU: cuInit: CUDA_ERROR_NO_DEVICE (100): no CUDA-capable device is detected"));
    }
  }
}
