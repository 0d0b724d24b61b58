package io.github.fp4j.bridge.cuda;

import io.github.fp4j.bridge.internal.Lifetime;
import io.github.fp4j.bridge.internal.sys.DriverApi;
import io.github.fp4j.bridge.internal.sys.NativeFunction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.function.Supplier;

/**
 * A device's address space, in which memory, streams, modules and events live. Every operation of those makes it the calling thread's current context for its
 * own length and restores what was there before, so that any thread may use any object and other libraries on the thread notice nothing.
 */
public final class CudaContext implements AutoCloseable {
  final CudaDriver driver;
  final Lifetime lifetime;
  private final CudaDevice device;
  private final MemorySegment handle;

  private CudaContext(CudaDevice device, String kind, MemorySegment handle, Runnable destroy) {
    this.driver = device.driver;
    this.device = device;
    this.handle = handle;
    this.lifetime = new Lifetime(this, kind + " of device " + device.ordinal(), destroy);
  }

  static CudaContext primary(CudaDevice device) {
    CudaDriver driver = device.driver;
    int number = device.handle;
    MemorySegment handle = driver.calls.handle(driver.api.primaryCtxRetain, number);
    return new CudaContext(device, "primary context", handle, () -> driver.calls.call(driver.api.primaryCtxRelease, number));
  }

  static CudaContext create(CudaDevice device) {
    CudaDriver driver = device.driver;
    MemorySegment handle = driver.calls.handle(driver.api.ctxCreate, MemorySegment.NULL, 0, device.handle);
    driver.calls.handle(driver.api.ctxPopCurrent); // cuCtxCreate leaves it current
    return new CudaContext(device, "context", handle, () -> driver.calls.call(driver.api.ctxDestroy, handle));
  }

  /** The device. */
  public CudaDevice device() {
    return device;
  }

  /** The {@code CUcontext}, for other libraries. */
  public MemorySegment handle() {
    lifetime.requireOpen();
    return handle;
  }

  /** Runs {@code work} with this context current on the calling thread, for libraries that ask for one. */
  public <T> T current(Supplier<T> work) {
    lifetime.enter();
    try {
      return within(driver, handle, work);
    } finally {
      lifetime.exit();
    }
  }

  /** As {@link #current}, for what destroys a child: the context may be closed by then, but lives. */
  Runnable destroying(NativeFunction function, Object handleOfChild) {
    CudaDriver itsDriver = driver;
    MemorySegment itsHandle = handle;
    return () ->
        within(
            itsDriver,
            itsHandle,
            () -> {
              itsDriver.calls.call(function, handleOfChild);
              return true;
            });
  }

  private static <T> T within(CudaDriver driver, MemorySegment handle, Supplier<T> work) {
    driver.calls.call(driver.api.ctxPushCurrent, handle);
    try {
      return work.get();
    } finally {
      driver.calls.handle(driver.api.ctxPopCurrent);
    }
  }

  void call(NativeFunction function, Object... arguments) {
    current(
        () -> {
          driver.calls.call(function, arguments);
          return true;
        });
  }

  MemorySegment handle(NativeFunction function, Object... rest) {
    return current(() -> driver.calls.handle(function, rest));
  }

  DriverApi api() {
    return driver.api;
  }

  /** Allocates device memory. */
  public DeviceBuffer allocate(long bytes) {
    return DeviceBuffer.allocate(this, bytes);
  }

  /** Allocates memory of the host that the device can copy from and to without a detour. */
  public PinnedBuffer allocatePinned(long bytes) {
    return PinnedBuffer.allocate(this, bytes);
  }

  /** A stream that does not wait for the default stream, of ordinary priority. */
  public CudaStream createStream() {
    return CudaStream.create(this, 0);
  }

  /** A stream that does not wait for the default stream; a lower number is a higher priority. */
  public CudaStream createStream(int priority) {
    return CudaStream.create(this, priority);
  }

  /** An event that keeps time. */
  public CudaEvent createEvent() {
    return CudaEvent.create(this);
  }

  /** Loads a cubin, fatbin or PTX. */
  public CudaModule load(byte[] image) {
    return CudaModule.load(this, image);
  }

  /** Waits until everything that was given to this context has been done, and reports what failed. */
  public void synchronize() {
    call(api().ctxSynchronize);
  }

  /** Bytes of device memory that are free. */
  public long freeMemory() {
    return current(
        () -> {
          try (Arena scratch = Arena.ofConfined()) {
            MemorySegment out = scratch.allocate(ValueLayout.JAVA_LONG, 2);
            driver.calls.call(api().memGetInfo, out, out.asSlice(Long.BYTES));
            return out.get(ValueLayout.JAVA_LONG, 0);
          }
        });
  }

  /** Lets it go; it is destroyed when everything made in it is closed as well. */
  @Override
  public void close() {
    lifetime.close();
  }
}
