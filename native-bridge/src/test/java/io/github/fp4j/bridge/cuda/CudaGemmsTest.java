package io.github.fp4j.bridge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.Parallelism;
import io.github.fp4j.bridge.CompiledC;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.Fp32Accumulation;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import io.github.fp4j.formats.gemm.PackedWeights;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The products of {@code cuda}, as {@link KernelsOnCpu} runs them, and of {@code cublaslt} on a fake, against the reference bit for bit. */
class CudaGemmsTest {
  private static final GemmKernels REFERENCE = Backends.byName("reference").gemms().orElseThrow();

  @TempDir private Path folder;

  static GemmOperand operand(OperandFormat format, int rows, int k, Random random) {
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
    int products = 0;
    try (KernelsOnCpu gpu = KernelsOnCpu.running(folder, 12, 0)) {
      GemmKernels device = new CudaGemms(gpu.kernels, gpu.stream);
      Random random = new Random(1);
      for (OperandFormat format : List.of(OperandFormat.NVFP4, OperandFormat.MXFP4)) {
        for (int[] shape : new int[][] {{1, 1, 64}, {17, 3, 128}, {5, 33, 320}}) {
          for (AccumulationModel model : AccumulationModels.all()) {
            if (device.supports(model.id(), format, format)) {
              products += same(device, model.id(), model.id(), shape, format, random);
            }
          }
          String played = format.equals(OperandFormat.NVFP4) ? "nvfp4-gst-f35" : "mxf4"; // what shim/k64_step.cpp plays
          products += same(device, GemmKernels.OWN, played, shape, format, random);
        }
      }
      for (String model : List.of("exact-rz", "exact-rne", "sequential-fp32")) { // K need not be whole steps of 64
        products += same(device, model, model, new int[] {3, 5, 48}, OperandFormat.NVFP4, random);
        products += same(device, model, model, new int[] {3, 5, 32}, OperandFormat.MXFP4, random);
      }
      assertThat(device.supports("unknown", OperandFormat.NVFP4, OperandFormat.NVFP4)).isFalse();
      assertThat(device.supports("exact-rne", OperandFormat.NVFP4, OperandFormat.MXFP4)).isFalse();
      assertThat(gpu.fake.launches()).isEqualTo(products);
    }
    assertThat(products).isEqualTo(2 * (3 * (13 + 1) + 3 * (6 + 1) + 3 * 2));
  }

  /** With and without C. */
  static int same(GemmKernels device, String model, String right, int[] shape, OperandFormat format, Random random) {
    GemmOperand a = operand(format, shape[0], shape[2], random);
    GemmOperand b = operand(format, shape[1], shape[2], random);
    float[] c = new float[shape[0] * shape[1]];
    for (int i = 0; i < c.length; i++) {
      c[i] = random.nextFloat() * 100;
    }
    return same(device, model, right, a, b, c) + same(device, model, right, a, b, null);
  }

  private static int same(GemmKernels device, String model, String right, GemmOperand a, GemmOperand b, float[] c) {
    float[] expected = new float[a.rows() * b.rows()];
    float[] actual = new float[expected.length];
    REFERENCE.multiply(right, a, b, c, expected);
    device.multiply(model, a, b, c, actual);
    assertThat(actual).as("%s, %s x %s x %s", model, a.rows(), b.rows(), a.k()).isEqualTo(expected);
    return 1;
  }

  /** The sum that kernel_list.h states for gemv: lane l of 32 takes chunks l, l + 32, ... of 32 elements; lanes are added as a tree. */
  private static float lanes(float[] x, GemmOperand w, int row, float alpha) {
    int k = w.k();
    int block = w.format().block();
    float[] sums = new float[32];
    for (int chunk = 0; chunk < Math.ceilDiv(k, 32); chunk++) {
      for (int first = 32 * chunk; first < Math.min(k, 32 * chunk + 32); first += block) {
        float products = 0;
        for (int i = first; i < first + block; i++) {
          products = Math.fma(ReferenceCodec.decode(FloatFormat.E2M1, w.code(row, i)), x[i], products);
        }
        sums[chunk % 32] = Math.fma(ReferenceCodec.decode(w.format().scale(), w.scale(row, first)), products, sums[chunk % 32]);
      }
    }
    for (int distance = 16; distance > 0; distance /= 2) {
      for (int lane = 0; lane < distance; lane++) {
        sums[lane] += sums[lane + distance];
      }
    }
    return Fp32Accumulation.result(alpha * sums[0]);
  }

  @Test
  void activationsAreSummedInTheStatedOrder() throws IOException {
    int elements = 0;
    try (KernelsOnCpu gpu = KernelsOnCpu.running(folder, 9, 0)) {
      GemmKernels device = new CudaGemms(gpu.kernels, gpu.stream);
      Random random = new Random(4);
      for (OperandFormat format : List.of(OperandFormat.NVFP4, OperandFormat.MXFP4)) {
        for (int[] shape : new int[][] {{1, 1, 32}, {3, 37, 1120}, {2, 5, 2080}, {1, 3, format.block()}}) {
          GemmOperand w = operand(format, shape[1], shape[2], random);
          float[] x = new float[shape[0] * shape[2]];
          for (int i = 0; i < x.length; i++) {
            x[i] = (float) random.nextGaussian();
          }
          x[0] = shape[1] == 37 ? Float.NaN : x[0];
          float[] d = new float[shape[0] * shape[1]];
          device.multiply(GemmKernels.OWN, FloatRows.of(x, shape[0], shape[2]), PackedWeights.of(w), 0.3f, d, new Parallelism(Runnable::run, 1));
          for (int i = 0; i < d.length; i++) {
            float[] row = Arrays.copyOfRange(x, i / shape[1] * shape[2], (i / shape[1] + 1) * shape[2]);
            assertThat(Float.floatToRawIntBits(d[i])).isEqualTo(Float.floatToRawIntBits(lanes(row, w, i % shape[1], 0.3f)));
            elements++;
          }
        }
      }
      assertThat(device.supportsActivations(GemmKernels.FP32, OperandFormat.NVFP4)).isFalse();
      PackedWeights weights = PackedWeights.of(operand(OperandFormat.NVFP4, 2, 64, random));
      Parallelism alone = new Parallelism(Runnable::run, 1);
      long launches = gpu.fake.launches();
      illegal("k = 48 of A, 64 of B", () -> device.multiply(GemmKernels.OWN, FloatRows.of(new float[48], 1, 48), weights, 1, new float[2], alone));
      illegal("d has 3 elements: expected 2", () -> device.multiply(GemmKernels.OWN, FloatRows.of(new float[64], 1, 64), weights, 1, new float[3], alone));
      illegal("cuda does not have it", () -> device.multiply(GemmKernels.FP32, FloatRows.of(new float[64], 1, 64), weights, 1, new float[2], alone));
      assertThat(gpu.fake.launches()).isEqualTo(launches);
    }
    assertThat(elements).isEqualTo(2 * (1 + 111 + 10 + 3));
  }

  /** The way of a GPU's owner without prebuilt kernels: what is launched has come out of NVRTC. */
  @Test
  void kernelsThatNvrtcCompiledAreLaunched() throws IOException {
    Nvrtc nvrtc = Nvidia.present(Nvrtc.find());
    try (FakeDriver fake = FakeDriver.install(folder);
        CudaContext context = fake.device().primaryContext();
        CudaStream stream = context.createStream();
        DeviceKernels kernels = new DeviceKernels(context, new CompiledKernels(nvrtc, CubinCache.ofUser(), new KernelList()))) {
      KernelsOnCpu.runKernels(fake);
      float[] three = {1, -3, 2};
      assertThat(new CudaBlocks(kernels, stream).amax(Profiles.TE_2_15, FloatRows.of(three, 1, 3))).isEqualTo(3);
    }
  }

  /** Its fields, in the order of {@link ModelStruct}. */
  private static final List<String> MODEL_FIELDS = List.of("accumulation", "fraction_bits", "addend_bits", "floors", "zero_ignored", "nearest");

  @Test
  void modelsAreTheStructsOfTheHeader() throws IOException {
    String offsets = MODEL_FIELDS.stream().map("  std::printf(\"%1$s %%zu\\n\", offsetof(fp4j::AccumulationModel, %1$s));\n"::formatted).collect(Collectors.joining());
    String source =
        """
        #include <cstddef>
        #include <cstdio>
        #include <cstring>
        #include "fp4j/profiles.cuh"
        int main() {
          std::printf("sizeof %%zu\\n", sizeof(fp4j::AccumulationModel));
        %s
          for (const auto& named : fp4j::models::all) {
            int words[sizeof named.model / 4];
            std::memcpy(words, &named.model, sizeof words);
            std::printf("%%s", named.id);
            for (int word : words) std::printf(" %%d", word);
            std::printf("\\n");
          }
        }
        """.formatted(offsets);
    Path program = CompiledC.cppProgram(folder, "models", source, List.of(Path.of("..", "cuda-src", "include").toAbsolutePath().normalize()));
    Map<String, List<Integer>> header = new TreeMap<>();
    CompiledC.run(List.of(program.toString())).lines().map(line -> line.split(" ")).forEach(line -> header.put(line[0], Arrays.stream(line).skip(1).map(Integer::valueOf).toList()));
    assertThat(header.remove("sizeof")).containsExactly(ModelStruct.BYTES);
    for (int field = 0; field < MODEL_FIELDS.size(); field++) {
      assertThat(header.remove(MODEL_FIELDS.get(field))).as(MODEL_FIELDS.get(field)).containsExactly(Integer.BYTES * field);
    }
    header.remove(GemmKernels.OWN); // the host library's own: no device launches it
    Map<String, List<Integer>> ours = new TreeMap<>();
    try (Arena arena = Arena.ofConfined()) {
      for (String id : header.keySet()) {
        MemorySegment struct = arena.allocate(ModelStruct.BYTES, Integer.BYTES);
        ModelStruct.write(ModelStruct.of(AccumulationModels.byId(id)).orElseThrow(), struct);
        ours.put(id, Arrays.stream(struct.toArray(ValueLayout.JAVA_INT)).boxed().toList());
      }
    }
    assertThat(ours).isEqualTo(header).hasSize(16);
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
      GemmOperand a = operand(OperandFormat.NVFP4, 3, 48, random);
      GemmOperand b = operand(OperandFormat.NVFP4, 5, 48, random);
      same(device, GemmKernels.OWN, "exact-rne", a, b, null); // K and N are filled up
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
      assertThat(new CudaBackend(CudaBackend.Kind.KERNELS, Gpu::find).availability())
          .isEqualTo(Availability.no("no GPU: cuInit: CUDA_ERROR_NO_DEVICE (100): no CUDA-capable device is detected"));
    }
  }
}
