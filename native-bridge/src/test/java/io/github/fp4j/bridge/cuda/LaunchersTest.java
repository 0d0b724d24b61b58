package io.github.fp4j.bridge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.backend.Parallelism;
import io.github.fp4j.bridge.CompiledC;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.Rounding;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Hadamard;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.block.StochasticRounding;
import io.github.fp4j.formats.block.StochasticRounding.Arithmetic;
import io.github.fp4j.formats.block.StochasticRounding.ByteOrder;
import io.github.fp4j.formats.codebook.Codebook;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import io.github.fp4j.formats.gemm.PackedWeights;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * {@code kernel_list.h} and the launchers, in both directions: every kernel of the list is launched, and a launch gives each parameter of the list once, by its name, as
 * the type that it has there. A kernel without a launcher fails here, as does a launcher whose kernel has got another parameter.
 */
class LaunchersTest {
  private static final List<OperandFormat> FORMATS = List.of(OperandFormat.NVFP4, OperandFormat.MXFP4);

  @TempDir private Path folder;

  private final KernelList list = new KernelList();

  @Test
  void everyKernelIsLaunchedAsTheListHasIt() throws IOException {
    Set<String> launched = ConcurrentHashMap.newKeySet();
    for (int major : new int[] {9, 10, 12}) {
      try (KernelsOnCpu gpu = KernelsOnCpu.noting(folder.resolve("sm" + major), major, 0, launched)) {
        launchAll(gpu);
        assertThat(launched).allMatch(name -> list.entries().containsKey(name));
      }
    }
    assertThat(new TreeSet<>(launched)).isEqualTo(new TreeSet<>(list.entries().keySet()));
  }

  private static void launchAll(KernelsOnCpu gpu) {
    for (QuantizationProfile profile : List.of(Profiles.TE_2_15, Profiles.OCP_MX)) {
      blocks(new CudaBlocks(gpu.kernels, gpu.stream), profile);
      onDevice(gpu, profile);
    }
    for (OperandFormat format : FORMATS) {
      products(gpu, format);
    }
    conversions(new ProbeConversions(gpu.kernels, gpu.stream));
    optimizers(gpu);
  }

  private static void optimizers(KernelsOnCpu gpu) {
    OptimizerKernels kernels = new CudaOptimizers(gpu.kernels, gpu.stream);
    AdamCoefficients c = new AdamCoefficients();
    float[] x = new float[2];
    byte[] packed = new byte[1];
    kernels.scan(x, 0, 2, new int[1], new double[1], 0);
    kernels.squaresClipped(x, 0, 2, 1, 1);
    kernels.condition(c, x, 0, x, 0, 2);
    kernels.adam(c, x, 0, x, 0, x, 0, x, 0, 2);
    kernels.encode(DeviceAdam4Bit.FIRST, x, 0, 2, packed, 0, x, 0);
    kernels.decode(DeviceAdam4Bit.FIRST, packed, 0, x, 0, x, 0, 2);
    kernels.encode(Codebook.LINEAR_4, x, 0, 2, x, 0, packed, 0);
    kernels.decode(Codebook.LINEAR_4, packed, 0, x, 0, x, 0, 2);
    kernels.raiseMaxima(x, 0, 2, x, 0);
    kernels.limitScales(1, x, 0, x, 0, 2);
    try (DeviceScratch scratch = new DeviceScratch(gpu.context, gpu.stream);
        DeviceAdam4Bit adam = new DeviceAdam4Bit(new DeviceKernels(gpu.context, KernelsOnCpu.NAMES), gpu.stream, 2)) {
      adam.step(c, scratch.zeros(8), scratch.zeros(8));
    }
  }

  private static void blocks(BlockKernels blocks, QuantizationProfile profile) {
    FloatRows from = FloatRows.of(new float[32 * 64], 32, 64);
    BlockRows to = BlockRows.allocate(profile.format(), 32, 64);
    BlockRows transposed = BlockRows.allocate(profile.format(), 64, 32);
    for (Blocking blocking : Blocking.values()) {
      blocks.quantize(profile, blocking, from);
    }
    blocks.quantizeBoth(profile, 1, from, to, transposed);
    for (ByteOrder order : ByteOrder.values()) {
      blocks.quantizeStochastic(profile, 1, new StochasticRounding(Arithmetic.CARRY_8, order, 1, 2), 0, 64, from, to);
    }
    blocks.dequantize(profile, 1, to, from);
    blocks.hadamard(Hadamard.TRANSFORMER_ENGINE, from);
    for (ScaleLayout layout : ScaleLayout.values()) {
      blocks.swizzle(layout, 8, 4, new byte[32], 0, new byte[512], 0);
      blocks.unswizzle(layout, 8, 4, new byte[512], 0, new byte[32], 0);
    }
  }

  private static void onDevice(KernelsOnCpu gpu, QuantizationProfile profile) {
    DeviceQuantizer quantizer = new DeviceQuantizer(gpu.kernels, gpu.stream);
    try (DeviceScratch scratch = new DeviceScratch(gpu.context, gpu.stream)) {
      DeviceFloats from = scratch.upload(FloatRows.of(new float[32 * 64], 32, 64));
      DeviceRange scale = scratch.zeros(4);
      DeviceBlocks rows = DeviceBlocks.of(profile, 32, 64, ScaleLayout.LINEAR, scratch.allocate(1024).buffer(), scratch.allocate(128).buffer());
      DeviceBlocks columns = DeviceBlocks.of(profile, 64, 32, ScaleLayout.LINEAR, scratch.allocate(1024).buffer(), scratch.allocate(128).buffer());
      quantizer.amax(profile, Hadamard.plain(16), false, from, scale);
      quantizer.quantize(Hadamard.plain(16), from, scale, rows);
      quantizer.quantizeTransposed(Hadamard.plain(16), from, scale, columns);
    }
  }

  private static void products(KernelsOnCpu gpu, OperandFormat format) {
    GemmOperand operand = new GemmOperand(format, 1, 64, new byte[32], new byte[64 / format.block()]);
    for (GemmKernels gemms : List.of(new CudaGemms(gpu.kernels, gpu.stream), new ProbeGemms(gpu.kernels, gpu.stream))) {
      for (String model : List.of(GemmKernels.OWN, "exact-rne")) {
        if (gemms.supports(model, format, format)) {
          gemms.multiply(model, operand, operand, null, new float[1]);
        }
      }
      if (gemms.supportsActivations(GemmKernels.OWN, format)) {
        gemms.multiply(GemmKernels.OWN, FloatRows.of(new float[64], 1, 64), PackedWeights.of(operand), 1, new float[1], new Parallelism(Runnable::run, 1));
      }
    }
  }

  private static void conversions(ConversionKernels probes) {
    Conversion ue8m0 = Conversion.cuda(FloatFormat.UE8M0);
    for (Conversion conversion : List.of(Conversion.cuda(FloatFormat.E2M1), Conversion.cuda(FloatFormat.E4M3), ue8m0, ue8m0.with(Rounding.TOWARD_ZERO))) {
      if (probes.supports(conversion)) {
        probes.encode(conversion, new float[2], 0, new byte[2], 0, 2);
      }
    }
    Conversion stochastic = Conversion.cuda(FloatFormat.E2M1).withStochastic(8);
    if (probes.supports(stochastic)) {
      probes.encodeStochastic(stochastic, new float[4], 0, new int[4], 0, new byte[4], 0, 4);
    }
    if (probes.supportsDecoding(FloatFormat.E2M1)) {
      probes.decodePacked(FloatFormat.E2M1, new byte[1], 0, new float[2], 0, 2);
    }
  }

  @Test
  void aParameterThatIsMissingSuperfluousOrOfAnotherTypeIsRefused() throws IOException {
    try (KernelsOnCpu gpu = KernelsOnCpu.noting(folder, 9, 0, ConcurrentHashMap.newKeySet());
        DeviceScratch scratch = new DeviceScratch(gpu.context, gpu.stream)) {
      DeviceRange all = scratch.zeros(64);
      DeviceFloats matrix = new DeviceFloats(all, 1, 1, 1);
      illegal(gpu, "fp4j_amax: keeps_nan is not given: expected a int", new KernelArguments().matrix(matrix).pointer("amax_bits", all));
      illegal(
          gpu, "fp4j_amax has no parameter alpha",
          new KernelArguments().matrix(matrix).flag("keeps_nan", true).pointer("amax_bits", all).nullPointer("alpha"));
      illegal(gpu, "fp4j_amax: keeps_nan = 1: expected a int", new KernelArguments().matrix(matrix).number("keeps_nan", 1).pointer("amax_bits", all));
      illegal(gpu, "fp4j_amax: rows = 1: expected a long long", new KernelArguments().pointer("values", all).integer("rows", 1));
      illegal(gpu, "fp4j_amax: values = 5: expected a float*", new KernelArguments().number("values", 5));
      illegal(gpu, "fp4j_amax: values starts at 0x", new KernelArguments().pointer("values", new DeviceRange(all.buffer(), 2, 8)));
      refused("values = -1: expected at least 0", () -> gpu.kernels.launch(gpu.stream, "fp4j_amax", -1, new KernelArguments()));
      refused("kernel \"absent\": expected one of fp4j_amax", () -> gpu.kernels.launch(gpu.stream, "absent", 1, new KernelArguments()));
      refused("fp4j_probe_mma_nvfp4 is for sm_12x: device 0", () -> gpu.kernels.launch(gpu.stream, "fp4j_probe_mma_nvfp4", 1, new KernelArguments()));
      refused("argument codes is given twice", () -> new KernelArguments().nullPointer("codes").nullPointer("codes"));
      gpu.kernels.launch(gpu.stream, "fp4j_amax", 0, new KernelArguments().matrix(matrix).flag("keeps_nan", true).pointer("amax_bits", all)); // nothing to do
      assertThat(gpu.fake.launches()).isZero();
    }
  }

  private static void illegal(KernelsOnCpu gpu, String message, KernelArguments arguments) {
    refused(message, () -> gpu.kernels.launch(gpu.stream, "fp4j_amax", 1, arguments));
  }

  private static void refused(String message, ThrowingCallable call) {
    assertThatIllegalArgumentException().isThrownBy(call).withMessageContaining(message);
  }

  /** Every type of the list as the C++ compiler that builds the kernels sees it, against what a launch passes for it. */
  @Test
  void everyParametersTypeHasTheSizeThatIsPassed() throws IOException {
    Map<String, Long> passed = new TreeMap<>();
    for (KernelEntry entry : list.entries().values()) {
      for (KernelEntry.Parameter parameter : entry.parameters()) {
        String type = parameter.type();
        long bytes =
            switch (type) {
              case "int", "unsigned", "float" -> Integer.BYTES;
              case "long long" -> Long.BYTES;
              default -> parameter.isPointer() ? Long.BYTES : DeviceKernels.STRUCTS.get(type);
            };
        passed.put("sizeof(" + type + ")", bytes);
        if (parameter.isPointer()) {
          passed.put("alignof(" + type.substring(0, type.length() - 1).strip() + ")", (long) parameter.elementBytes());
        }
      }
    }
    assertThat(passed).hasSizeGreaterThanOrEqualTo(14);
    String lines = passed.keySet().stream().map(name -> "std::printf(\"%s=%%d\\n\", (int) %s);\n".formatted(name, name)).collect(Collectors.joining());
    String source = "#include <cstdio>\n#include \"kernel.cuh\"\nint main() {\n" + lines + "}\n";
    Path cuda = Path.of("..", "cuda-src").toAbsolutePath().normalize();
    List<Path> includes = List.of(cuda, cuda.resolve("include"), cuda.resolve("kernels"), cuda.resolve("shim"));
    Map<String, Long> seen = new TreeMap<>();
    Path program = CompiledC.cppProgram(folder, "sizes", "#define FP4J_ON_CPU\n" + source, includes);
    CompiledC.run(List.of(program.toString())).lines().forEach(line -> seen.put(line.substring(0, line.indexOf('=')), Long.valueOf(line.substring(line.indexOf('=') + 1))));
    assertThat(seen).isEqualTo(passed);
  }
}
