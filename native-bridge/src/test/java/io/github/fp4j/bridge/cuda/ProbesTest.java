package io.github.fp4j.bridge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.ReferenceCodec;
import io.github.fp4j.formats.Rounding;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The {@code cuda-probes} backend: which operand is which, pairs and fours that are not full, steps that are chained. The shim plays the instructions. */
class ProbesTest {
  private static final ConversionKernels REFERENCE = Backends.byName("reference").conversions().orElseThrow();
  private static final Conversion UE8M0 = Conversion.cuda(FloatFormat.UE8M0);

  @TempDir private Path folder;

  private static float[] values(int length) {
    Random random = new Random(length);
    float[] values = new float[length];
    for (int i = 0; i < length; i++) {
      values[i] = i % 3 == 0 ? Float.intBitsToFloat(random.nextInt()) : (float) random.nextGaussian() * 3;
    }
    return values;
  }

  @Test
  void conversionsAreThoseOfTheInstructions() throws IOException {
    try (KernelsOnCpu gpu = KernelsOnCpu.running(folder, 10, 0)) {
      ConversionKernels probes = new ProbeConversions(gpu.kernels, gpu.stream);
      for (Conversion conversion : List.of(Conversion.cuda(FloatFormat.E2M1), Conversion.cuda(FloatFormat.E4M3), UE8M0, UE8M0.with(Rounding.TOWARD_ZERO))) {
        for (int length : new int[] {0, 1, 2, 777}) {
          float[] values = values(length + 3);
          byte[] right = new byte[length + 2];
          byte[] actual = new byte[length + 2];
          REFERENCE.encode(conversion, values, 3, right, 1, length);
          probes.encode(conversion, values, 3, actual, 1, length);
          assertThat(actual).as("%s", conversion).isEqualTo(right);
        }
      }
      Conversion e2m1 = Conversion.cuda(FloatFormat.E2M1);
      byte[] right = new byte[13];
      byte[] actual = new byte[13];
      REFERENCE.encodePacked(e2m1, values(25), 0, right, 0, 25);
      probes.encodePacked(e2m1, values(25), 0, actual, 0, 25);
      assertThat(actual).isEqualTo(right);
      float[] decoded = new float[25];
      float[] expected = new float[25];
      REFERENCE.decodePacked(FloatFormat.E2M1, right, 0, expected, 0, 25);
      probes.decodePacked(FloatFormat.E2M1, right, 0, decoded, 0, 25);
      assertThat(decoded).isEqualTo(expected);
      byte[] sixteen = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0x71};
      probes.decode(FloatFormat.E2M1, sixteen, 0, decoded, 1, 17);
      for (int i = 0; i < 17; i++) {
        assertThat(decoded[i + 1]).isEqualTo(ReferenceCodec.decode(FloatFormat.E2M1, sixteen[i]));
      }
      assertThatIllegalArgumentException().isThrownBy(() -> probes.encodePacked(UE8M0, values(2), 0, new byte[1], 0, 2)).withMessageContaining("8 bits: expected 4");
      assertThatIllegalArgumentException()
          .isThrownBy(() -> probes.encode(e2m1.with(Rounding.UP), values(2), 0, new byte[2], 0, 2))
          .withMessageContaining("no instruction of device 0");
    }
  }

  @Test
  void randomBytesGoWherePtxTakesThem() throws IOException {
    Conversion conversion = Conversion.cuda(FloatFormat.E2M1).withStochastic(8);
    try (KernelsOnCpu gpu = KernelsOnCpu.running(folder, 10, 3)) {
      ConversionKernels probes = new ProbeConversions(gpu.kernels, gpu.stream);
      for (int length : new int[] {0, 1, 4, 5, 1022}) {
        float[] values = values(length);
        int[] random = new Random(7).ints(length).toArray();
        byte[] right = new byte[length];
        byte[] actual = new byte[length];
        for (int i = 0; i < length; i++) {
          right[i] = (byte) ReferenceCodec.encode(conversion, values[i], random[i] & 0xFF);
        }
        probes.encodeStochastic(conversion, values, 0, random, 0, actual, 0, length);
        assertThat(actual).isEqualTo(right);
      }
    }
  }

  @Test
  void stepsAreChainedAlongK() throws IOException {
    int products = 0;
    for (int major : new int[] {10, 12}) { // tcgen05.mma and mma.sync
      try (KernelsOnCpu gpu = KernelsOnCpu.running(folder.resolve("sm" + major), major, 0)) {
        GemmKernels device = new ProbeGemms(gpu.kernels, gpu.stream);
        Random random = new Random(3);
        for (OperandFormat format : List.of(OperandFormat.NVFP4, OperandFormat.MXFP4)) {
          String played = format.equals(OperandFormat.NVFP4) ? "nvfp4-gst-f35" : "mxf4"; // what shim/k64_step.cpp plays
          for (int[] shape : new int[][] {{1, 1, 64}, {17, 9, 192}, {129, 3, 64}}) {
            products += CudaGemmsTest.same(device, GemmKernels.OWN, played, shape, format, random);
          }
        }
      }
    }
    assertThat(products).isEqualTo(2 * 2 * 3 * 2);
  }

  @Test
  void anOlderGpuHasFewerOrNone() throws IOException {
    try (FakeDriver fake = FakeDriver.install(folder)) {
      fake.devices(1, 9, 0);
      try (CudaContext context = fake.device().primaryContext();
          CudaStream stream = context.createStream();
          DeviceKernels kernels = new DeviceKernels(context, KernelsOnCpu.NAMES)) {
        ConversionKernels probes = new ProbeConversions(kernels, stream);
        assertThat(probes.supports(Conversion.cuda(FloatFormat.E4M3))).isTrue();
        assertThat(probes.supports(Conversion.cuda(FloatFormat.E2M1))).isFalse();
        assertThat(probes.supportsDecoding(FloatFormat.E2M1)).isFalse();
        assertThat(new ProbeGemms(kernels, stream).supports(GemmKernels.OWN, OperandFormat.NVFP4, OperandFormat.NVFP4)).isFalse();
      }
      fake.devices(1, 8, 0);
      assertThat(new CudaBackend(CudaBackend.Kind.PROBES, Gpu::find).availability())
          .isEqualTo(Availability.no("device 0: Fake GPU, compute capability 8.0: has none of the instructions, the first of which came with 8.9"));
    }
  }
}
