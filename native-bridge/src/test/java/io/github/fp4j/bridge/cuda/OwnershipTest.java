package io.github.fp4j.bridge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.fp4j.bridge.NativeCalls;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnershipTest {
  @TempDir private Path folder;
  private FakeDriver fake;

  @BeforeEach
  void install() throws IOException {
    fake = FakeDriver.install(folder);
  }

  @AfterEach
  void remove() {
    NativeCalls.logLeaks();
    fake.close();
  }

  private static final List<Function<CudaContext, AutoCloseable>> CHILDREN =
      List.of(
          context -> context.allocate(16),
          context -> context.allocatePinned(16),
          CudaContext::createStream,
          CudaContext::createEvent,
          context -> context.load("fake one".getBytes(StandardCharsets.US_ASCII)),
          context -> CudaModule.loadLazily(context, "fake one".getBytes(StandardCharsets.US_ASCII)));

  @Test
  void closingTwiceIsClosingOnce() throws Exception {
    for (Function<CudaContext, AutoCloseable> child : CHILDREN) {
      CudaContext context = fake.device().createContext();
      AutoCloseable object = child.apply(context);
      object.close();
      long calls = fake.calls();
      object.close();
      assertThat(fake.calls()).isEqualTo(calls);
      context.close();
      context.close();
      assertThat(fake.live()).isZero();
    }
  }

  @Test
  void aParentLivesUntilItsLastChildIsClosed() throws Exception {
    for (Function<CudaContext, AutoCloseable> child : CHILDREN) {
      CudaContext context = fake.device().createContext();
      AutoCloseable first = child.apply(context);
      AutoCloseable second = child.apply(context);
      context.close();
      assertThat(fake.live()).isEqualTo(3);
      assertThatExceptionOfType(IllegalStateException.class).isThrownBy(context::synchronize).withMessage("context of device 0 is closed: expected an open one");
      assertThatExceptionOfType(IllegalStateException.class).isThrownBy(() -> child.apply(context));
      first.close();
      assertThat(fake.live()).isEqualTo(2);
      second.close();
      assertThat(fake.live()).isZero();
    }
  }

  @Test
  void useAfterCloseIsRefusedByName() {
    try (CudaContext context = fake.device().primaryContext();
        CudaStream open = context.createStream();
        DeviceBuffer kept = context.allocate(8)) {
      CudaModule module = context.load("fake one".getBytes(StandardCharsets.US_ASCII));
      CudaKernel kernel = module.kernel("one");
      kernel.launch(open, Launch.of(1, 1)); // the device's limits are asked once
      DeviceBuffer buffer = context.allocate(8);
      CudaStream stream = context.createStream();
      CudaEvent event = context.createEvent();
      PinnedBuffer pinned = context.allocatePinned(8);
      CudaGraph graph = stream.capture(() -> {});
      buffer.close();
      stream.close();
      event.close();
      pinned.close();
      graph.close();
      long calls = fake.calls();
      closed("DeviceBuffer of 8 bytes", () -> buffer.fill((byte) 0, open));
      closed("DeviceBuffer of 8 bytes", () -> kernel.launch(open, Launch.of(1, 1), buffer));
      closed("CudaStream", stream::synchronize);
      closed("CudaStream", () -> kept.fill((byte) 0, stream));
      closed("CudaEvent", () -> event.record(open));
      closed("PinnedBuffer of 8 bytes", pinned::memory);
      closed("CudaGraph", () -> graph.launch(open));
      module.close();
      calls++; // cuModuleUnload, and the two that make its context current
      closed("CudaModule", () -> kernel.launch(open, Launch.of(1, 1)));
      closed("CudaModule", () -> module.kernel("one"));
      assertThat(fake.calls()).isEqualTo(calls + 2);
    }
    assertThat(fake.live()).isZero();
  }

  private static void closed(String what, ThrowingCallable use) {
    assertThatExceptionOfType(IllegalStateException.class).isThrownBy(use).withMessage(what + " is closed: expected an open one");
  }

  @Test
  void theDestructionOfAParentThatWaitedRunsOnTheClosersThread() throws InterruptedException {
    CudaContext context = fake.device().createContext();
    CudaStream stream = context.createStream();
    context.close();
    BlockingQueue<String> destroyed = new LinkedBlockingQueue<>();
    NativeCalls.trace(
        call -> {
          if (call.startsWith("cuCtxDestroy")) {
            destroyed.add(Thread.currentThread().getName());
          }
        });
    try {
      Thread closer = new Thread(stream::close, "the closer");
      closer.start();
      closer.join();
    } finally {
      NativeCalls.stopTracing();
    }
    assertThat(destroyed).containsExactly("the closer");
  }

  @Test
  void aForgottenObjectIsReportedWithItsPlaceAndNotFreed() throws InterruptedException {
    BlockingQueue<String> leaks = new LinkedBlockingQueue<>();
    NativeCalls.reportLeaks(leaks::add);
    CudaContext context = fake.device().createContext();
    forget(context);
    String leak = null;
    for (int i = 0; i < 50 && leak == null; i++) {
      System.gc();
      leak = leaks.poll(100, TimeUnit.MILLISECONDS);
    }
    assertThat(leak).startsWith("DeviceBuffer of 4096 bytes was never closed; it was made").contains("OwnershipTest.forget(OwnershipTest.java:");
    long calls = fake.calls();
    context.close();
    assertThat(fake.calls()).as("its context waits for it").isEqualTo(calls);
    assertThat(fake.live()).isEqualTo(2);
  }

  private static void forget(CudaContext context) {
    context.allocate(4096);
  }

  @Test
  void aFailedDestructionIsToldAndItsParentLetGo() {
    CudaContext context = fake.device().createContext();
    CudaStream stream = context.createStream();
    context.close();
    fake.fail("cuStreamDestroy_v2", 700);
    assertThatExceptionOfType(CudaException.class).isThrownBy(stream::close).withMessageContaining("cuStreamDestroy_v2: CUDA_ERROR_ILLEGAL_ADDRESS (700)");
    assertThat(fake.live()).as("the stream that the driver kept").isEqualTo(1);
  }

  @Test
  void anUploadThatFailsKeepsNothing() {
    GemmOperand operand = CudaGemmsTest.operand(OperandFormat.NVFP4, 2, 64, new Random(1));
    int failures = 0;
    try (CudaContext context = fake.device().createContext();
        CudaStream stream = context.createStream()) {
      long live = fake.live();
      for (String function : List.of("cuMemAlloc_v2", "cuMemcpyHtoDAsync_v2", "cuStreamSynchronize")) {
        for (int after = 0; after < 2; after++) { // of the codes, then of the scales
          fake.fail(function, 700, after);
          assertThatExceptionOfType(CudaException.class)
              .isThrownBy(() -> DeviceOperand.upload(context, stream, operand, 1, 64))
              .withMessageStartingWith(function + ": CUDA_ERROR_ILLEGAL_ADDRESS (700)");
          assertThat(fake.live()).as("%s, after %s", function, after).isEqualTo(live);
          failures++;
        }
      }
      DeviceOperand there = DeviceOperand.upload(context, stream, operand, 1, 64);
      fake.fail("cuMemFree_v2", 700);
      assertThatExceptionOfType(CudaException.class).isThrownBy(there::close).withMessageStartingWith("cuMemFree_v2: CUDA_ERROR_ILLEGAL_ADDRESS (700)");
      assertThat(fake.live()).as("the codes that the driver kept, without the scales").isEqualTo(live + 1);
    }
    assertThat(failures).isEqualTo(3 * 2);
  }

  @Test
  void everyCallCanBeWatched() {
    BlockingQueue<String> calls = new LinkedBlockingQueue<>();
    NativeCalls.trace(calls::add);
    try (CudaContext context = fake.device().createContext()) {
      assertThat(context.freeMemory()).isPositive();
    } finally {
      NativeCalls.stopTracing();
    }
    assertThat(calls).element(0).isEqualTo("cuInit(0) = 0");
    assertThat(calls).anyMatch(call -> call.matches("cuMemGetInfo_v2\\(0x[0-9a-f]+, 0x[0-9a-f]+\\) = 0"));
    int heard = calls.size();
    assertThat(fake.driver().devices()).hasSize(1);
    assertThat(calls).hasSize(heard);
  }
}
