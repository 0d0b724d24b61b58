package io.github.fp4j.bridge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Bad input never reaches the driver: it counts its calls, and none is added. */
class LaunchCheckTest {
  @TempDir private Path folder;

  @Test
  void badInputIsRefusedBeforeTheDriverIsCalled() throws IOException {
    try (FakeDriver fake = FakeDriver.install(folder);
        CudaContext context = fake.device().createContext();
        CudaContext elsewhere = fake.device().createContext();
        CudaStream stream = context.createStream();
        CudaStream foreignStream = elsewhere.createStream();
        CudaModule module = context.load("fake one".getBytes(StandardCharsets.US_ASCII));
        DeviceBuffer buffer = context.allocate(64);
        DeviceBuffer foreign = elsewhere.allocate(64);
        Arena arena = Arena.ofConfined()) {
      CudaKernel one = module.kernel("one");
      one.launch(stream, Launch.of(1, 32).with(LaunchAttribute.cluster(1, 1, 1))); // the device's limits are asked once
      long calls = fake.calls();

      illegal("block = 2048: expected at most 1024, CU_DEVICE_ATTRIBUTE_MAX_THREADS_PER_BLOCK of device 0", () -> one.launch(stream, Launch.of(1, 2048)));
      illegal("block.z = 65: expected at most 64", () -> one.launch(stream, Launch.of(new Launch.Size(1, 1, 1), new Launch.Size(1, 1, 65))));
      illegal("grid.y = 65536: expected at most 65535", () -> one.launch(stream, Launch.of(new Launch.Size(1, 65536, 1), new Launch.Size(1, 1, 1))));
      illegal("grid.z = 65536: expected at most 65535", () -> one.launch(stream, Launch.of(new Launch.Size(1, 1, 65536), new Launch.Size(1, 1, 1))));
      illegal("sharedBytes = 232449: expected at most 232448", () -> one.launch(stream, Launch.of(1, 1).withShared(232449)));
      illegal("grid.x = 3: expected a multiple of the cluster's 2", () -> one.launch(stream, Launch.of(3, 32).with(LaunchAttribute.cluster(2, 1, 1))));
      illegal("size = 0 x 1 x 1: expected at least 1 each", () -> Launch.of(0, 32));
      illegal("sharedBytes = -1", () -> Launch.of(1, 32).withShared(-1));
      illegal("cluster = 0 x 1 x 1", () -> LaunchAttribute.cluster(0, 1, 1));
      illegal("percent = 101", () -> LaunchAttribute.sharedMemoryCarveout(101));
      illegal("argument 1 = text: expected an Integer, a Long, a Float, a DeviceBuffer, a DeviceRange or a struct's memory", () -> one.launch(stream, Launch.of(1, 32), 1, "text"));
      illegal("argument 0 = null", () -> one.launch(stream, Launch.of(1, 32), (Object) null));
      illegal("argument 0 lies in another context", () -> one.launch(stream, Launch.of(1, 32), foreign));
      illegal("stream is of another context", () -> one.launch(foreignStream, Launch.of(1, 32)));

      illegal("bytes = 0: expected at least 1", () -> context.allocate(0));
      illegal("bytes = -1: expected at least 1", () -> context.allocatePinned(-1));
      illegal("image has 0 bytes", () -> context.load(new byte[0]));
      illegal("expected one of the buffer's own context", () -> buffer.fill((byte) 0, foreignStream));
      illegal("source = memory on the Java heap", () -> buffer.copyFrom(MemorySegment.ofArray(new byte[4]), 0, stream));
      illegal("target = memory on the Java heap", () -> buffer.copyTo(MemorySegment.ofArray(new byte[4]), 0, stream));
      outOfBounds(() -> buffer.copyFrom(arena.allocate(65), 0, stream));
      outOfBounds(() -> buffer.copyTo(arena.allocate(4), 61, stream));
      outOfBounds(() -> buffer.copyFrom(buffer, 1, stream));
      outOfBounds(() -> buffer.write(new byte[65], stream));
      outOfBounds(() -> buffer.readBytes(65, stream));
      outOfBounds(() -> buffer.readFloats(-1, stream));
      outOfBounds(() -> new DeviceRange(buffer, 60, 5));
      assertThat(fake.calls()).isEqualTo(calls);
    }
  }

  private static void illegal(String message, ThrowingCallable call) {
    assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(call).withMessageContaining(message);
  }

  private static void outOfBounds(ThrowingCallable call) {
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(call);
  }
}
