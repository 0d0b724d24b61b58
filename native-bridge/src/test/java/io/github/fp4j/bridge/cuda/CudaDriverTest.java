package io.github.fp4j.bridge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.fp4j.bridge.CompiledC;
import io.github.fp4j.bridge.Discovery;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every path of the driver code, on a driver that needs no GPU. */
class CudaDriverTest {
  private static final byte[] IMAGE = "fake image with double_it and other".getBytes(StandardCharsets.US_ASCII);

  @TempDir private Path folder;
  private FakeDriver fake;

  @BeforeEach
  void install() throws IOException {
    fake = FakeDriver.install(folder);
  }

  @AfterEach
  void nothingIsLeft() {
    fake.close();
    assertThat(fake.live()).as("live native objects").isZero();
    assertThat(fake.depth()).as("contexts left current").isZero();
  }

  @Test
  void devicesTellWhatTheyAre() {
    fake.devices(2, 12, 1);
    List<CudaDevice> devices = fake.driver().devices();
    assertThat(devices).hasSize(2);
    CudaDevice second = devices.get(1);
    assertThat(second.ordinal()).isEqualTo(1);
    assertThat(second.uuid()).isEqualTo("41".repeat(16));
    assertThat(second.totalMemory()).isEqualTo(8L << 30);
    assertThat(second.attribute(DeviceAttribute.WARP_SIZE)).isEqualTo(32);
    assertThat(second.computeCapability()).isEqualTo(new ComputeCapability(12, 1));
    assertThat(second.computeCapability().architecture()).isEqualTo("sm_121a");
    assertThat(second).hasToString("device 1: Fake GPU, compute capability 12.1");
    assertThat(fake.driver().version()).isEqualTo(new CudaVersion(13, 0));
  }

  @Test
  void aDriverWithoutDeviceSaysSoInItsOwnWords() {
    fake.devices(0, 0, 0);
    assertThatExceptionOfType(CudaException.class)
        .isThrownBy(() -> fake.driver().devices())
        .withMessage("cuInit: CUDA_ERROR_NO_DEVICE (100): no CUDA-capable device is detected")
        .satisfies(e -> assertThat(e.status()).isEqualTo(CudaException.NO_DEVICE))
        .satisfies(e -> assertThat(e.errorName()).isEqualTo("CUDA_ERROR_NO_DEVICE"))
        .satisfies(e -> assertThat(e.function()).isEqualTo("cuInit"));
  }

  @Test
  void anErrorThatTheDriverHasNoNameForKeepsItsNumber() {
    fake.fail("cuInit", 4711);
    assertThatExceptionOfType(CudaException.class).isThrownBy(() -> fake.driver().devices()).withMessageContaining("CUDA_ERROR (4711)");
  }

  @Test
  void memoryIsCopiedBothWays() {
    try (CudaContext context = fake.device().primaryContext();
        CudaStream stream = context.createStream();
        DeviceBuffer buffer = context.allocate(64);
        DeviceBuffer other = context.allocate(128);
        PinnedBuffer pinned = context.allocatePinned(64)) {
      buffer.write(new float[] {1, 2, 3}, stream);
      assertThat(buffer.readFloats(3, stream)).containsExactly(1, 2, 3);
      other.fill((byte) 7, stream);
      other.copyFrom(buffer, 64, stream);
      assertThat(other.readBytes(64, stream)).containsOnly(7);
      other.copyTo(pinned.memory(), 64, stream);
      stream.synchronize();
      assertThat(pinned.memory().get(ValueLayout.JAVA_FLOAT, 8)).isEqualTo(3);
      pinned.memory().set(ValueLayout.JAVA_FLOAT, 0, 9);
      buffer.copyFrom(pinned.memory(), 0, stream);
      assertThat(buffer.readFloats(1, stream)).containsExactly(9);
      buffer.write(new byte[0], stream);
      assertThat(buffer.readBytes(0, stream)).isEmpty();
      assertThat(context.freeMemory()).isEqualTo(6L << 30);
      context.synchronize();
    }
  }

  @Test
  void memoryThatIsNotThereIsATypedError() {
    try (CudaContext context = fake.device().createContext()) {
      assertThatExceptionOfType(CudaException.class)
          .isThrownBy(() -> context.allocate(1L << 40))
          .withMessage("cuMemAlloc_v2: CUDA_ERROR_OUT_OF_MEMORY (2): out of memory");
    }
  }

  @Test
  void eventsKeepTimeAndOrder() {
    try (CudaContext context = fake.device().createContext();
        CudaStream first = context.createStream();
        CudaStream second = context.createStream(-1);
        CudaEvent start = context.createEvent();
        CudaEvent end = context.createEvent()) {
      start.record(first);
      second.waitFor(start);
      end.record(second);
      end.synchronize();
      assertThat(end.millisecondsSince(start)).isEqualTo(1);
      fake.busy(2);
      assertThat(first.isDone()).isFalse();
      assertThat(end.isDone()).isFalse();
      assertThat(end.isDone()).isTrue();
      assertThat(first.isDone()).isTrue();
      fake.fail("cuStreamQuery", 700);
      assertThatExceptionOfType(CudaException.class).isThrownBy(first::isDone).withMessageContaining("CUDA_ERROR_ILLEGAL_ADDRESS (700)");
    }
  }

  @Test
  void aKernelGetsItsParametersInOrder() {
    fake.kernel(
        "double_it",
        4,
        (launch, p) -> {
          MemorySegment data = FakeDriver.memory(p.get(0).get(ValueLayout.JAVA_LONG, 0), 4 * 4);
          int count = p.get(1).get(ValueLayout.JAVA_INT, 0);
          float factor = p.get(2).get(ValueLayout.JAVA_FLOAT, 0);
          long bias = p.get(3).get(ValueLayout.JAVA_LONG, 0);
          for (int i = 0; i < count; i++) {
            data.setAtIndex(ValueLayout.JAVA_FLOAT, i, factor * data.getAtIndex(ValueLayout.JAVA_FLOAT, i) + bias);
          }
        });
    try (CudaContext context = fake.device().primaryContext();
        CudaStream stream = context.createStream();
        CudaModule module = context.load(IMAGE);
        DeviceBuffer data = context.allocate(16)) {
      data.write(new float[] {1, 2, 3, 4}, stream);
      CudaKernel kernel = module.kernel("double_it");
      kernel.launch(stream, Launch.of(3, 128), data, 3, 2f, 10L);
      assertThat(data.readFloats(4, stream)).containsExactly(12, 14, 16, 4);
      assertThat(fake.lastLaunch()).isEqualTo(new FakeDriver.Seen("double_it", List.of(3, 1, 1), List.of(128, 1, 1), 0, Map.of()));
    }
  }

  @Test
  void launchesCarryTheirAttributesAndSharedMemory() {
    try (CudaContext context = fake.device().primaryContext();
        CudaStream stream = context.createStream();
        CudaModule module = CudaModule.loadLazily(context, IMAGE)) {
      CudaKernel kernel = module.kernel("other");
      assertThat(kernel.attribute(FunctionAttribute.NUM_REGS)).isEqualTo(14);
      assertThat(kernel.blocksPerMultiprocessor(256, 0)).isEqualTo(8);
      Launch launch =
          Launch.of(new Launch.Size(4, 2, 6), new Launch.Size(32, 8, 2))
              .withShared(100_000)
              .with(
                  LaunchAttribute.cluster(2, 1, 3), LaunchAttribute.programmaticStreamSerialization(), LaunchAttribute.cooperative(),
                  LaunchAttribute.priority(-3));
      kernel.launch(stream, launch);
      Map<Integer, List<Integer>> attributes = Map.of(4, List.of(2, 1, 3), 6, List.of(1, 0, 0), 2, List.of(1, 0, 0), 8, List.of(-3, 0, 0));
      assertThat(fake.lastLaunch()).isEqualTo(new FakeDriver.Seen("other", List.of(4, 2, 6), List.of(32, 8, 2), 100_000, attributes));
      kernel.launch(stream, Launch.of(1, 1).with(LaunchAttribute.sharedMemoryCarveout(50)));
      assertThat(fake.lastLaunch().attributes()).isEqualTo(Map.of(14, List.of(50, 0, 0)));
      assertThat(fake.launches()).isEqualTo(2);
    }
  }

  @Test
  void theDriversCompilerExplainsARefusedImage() {
    try (CudaContext context = fake.device().primaryContext()) {
      for (ModuleLoader loader : List.<ModuleLoader>of(CudaModule::load, CudaModule::loadLazily)) {
        assertThatExceptionOfType(ModuleLoadException.class)
            .isThrownBy(() -> loader.load(context, "broken PTX".getBytes(StandardCharsets.US_ASCII)))
            .withMessageContaining("CUDA_ERROR_INVALID_PTX (218)")
            .withMessageEndingWith("ptxas fatal : syntax error in the fake's image")
            .satisfies(e -> assertThat(e.log()).startsWith("ptxas fatal"));
      }
      try (CudaModule module = context.load(IMAGE)) {
        assertThat(module.log()).isEqualTo("loaded by the fake");
        assertThatExceptionOfType(CudaException.class).isThrownBy(() -> module.kernel("absent")).withMessageContaining("CUDA_ERROR_NOT_FOUND (500)");
      }
    }
  }

  private interface ModuleLoader {
    CudaModule load(CudaContext context, byte[] image);
  }

  @Test
  void aGraphRunsWhatWasRecorded() {
    fake.kernel(
        "double_it",
        1,
        (launch, p) -> {
          MemorySegment data = FakeDriver.memory(p.getFirst().get(ValueLayout.JAVA_LONG, 0), 4);
          data.set(ValueLayout.JAVA_FLOAT, 0, 2 * data.get(ValueLayout.JAVA_FLOAT, 0));
        });
    try (CudaContext context = fake.device().primaryContext();
        CudaStream stream = context.createStream();
        CudaModule module = context.load(IMAGE);
        DeviceBuffer data = context.allocate(4)) {
      CudaKernel kernel = module.kernel("double_it");
      data.write(new float[] {1}, stream);
      try (CudaGraph graph =
          stream.capture(
              () -> {
                kernel.launch(stream, Launch.of(1, 32), data);
                kernel.launch(stream, Launch.of(1, 32), data);
              })) {
        assertThat(graph.nodes()).isEqualTo(2);
        assertThat(data.readFloats(1, stream)).containsExactly(1);
        graph.launch(stream);
        graph.launch(stream);
        assertThat(data.readFloats(1, stream)).containsExactly(16);
      }
    }
  }

  @Test
  void aCaptureThatFailsIsEndedAndTold() {
    try (CudaContext context = fake.device().primaryContext();
        CudaStream stream = context.createStream()) {
      IllegalStateException failure = new IllegalStateException("in the middle");
      assertThatExceptionOfType(IllegalStateException.class)
          .isThrownBy(
              () ->
                  stream.capture(
                      () -> {
                        throw failure;
                      }))
          .isSameAs(failure);
      stream.synchronize();
    }
  }

  @Test
  void anOldDriverIsUnavailableWithItsVersion() throws IOException {
    Path old = Files.createDirectory(folder.resolve("old"));
    Path library = FakeDriver.build(old, "-DFAKE_VERSION=12040");
    assertThat(CudaDriver.find())
        .isInstanceOfSatisfying(
            Discovery.Unavailable.class,
            unavailable ->
                assertThat(unavailable.reason()).isEqualTo(library + " serves CUDA 12.4: expected 13.0 or later (driver R580 or later)"));
  }

  @Test
  void aDriverThatLacksAFunctionIsUnavailableByItsName() throws IOException {
    Path old = Files.createDirectory(folder.resolve("older"));
    Path library = CompiledC.copyOf(FakeDriver.SOURCE, old.resolve("libcuda.so.1"), List.of("-DcuCtxCreate_v4=cuCtxCreate_v3"));
    System.setProperty("fp4j.cuda.path", old.toString());
    Discovery<CudaDriver> found = CudaDriver.find();
    assertThat(found)
        .isInstanceOfSatisfying(
            Discovery.Unavailable.class,
            unavailable ->
                assertThat(unavailable.reason())
                    .isEqualTo(library + ": no function cuCtxCreate_v4: expected a driver for CUDA 13.0 or later (R580 or later)"));
    assertThatExceptionOfType(IllegalStateException.class).isThrownBy(found::orElseThrow).withMessageContaining("cuCtxCreate_v4");
  }
}
