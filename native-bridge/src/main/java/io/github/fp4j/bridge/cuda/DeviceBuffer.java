package io.github.fp4j.bridge.cuda;

import io.github.fp4j.bridge.internal.Lifetime;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Objects;

/** Device memory. What the driver allocates is aligned to 256 bytes at least. */
public final class DeviceBuffer implements AutoCloseable {
  private final CudaContext context;
  private final Lifetime lifetime;
  private final long address;
  private final long bytes;

  private DeviceBuffer(CudaContext context, long address, long bytes) {
    this.context = context;
    this.address = address;
    this.bytes = bytes;
    this.lifetime = new Lifetime(this, "DeviceBuffer of " + bytes + " bytes", context.destroying(context.api().memFree, address), context.lifetime);
  }

  static DeviceBuffer allocate(CudaContext context, long bytes) {
    if (bytes <= 0) {
      throw new IllegalArgumentException("bytes = " + bytes + ": expected at least 1");
    }
    long address = context.current(() -> context.driver.calls.number(context.api().memAlloc, bytes));
    return new DeviceBuffer(context, address, bytes);
  }

  /** The {@code CUdeviceptr}. */
  public long address() {
    lifetime.requireOpen();
    return address;
  }

  /** Its size. */
  public long bytes() {
    return bytes;
  }

  /** The context that it lives in. */
  public CudaContext context() {
    return context;
  }

  /** What keeps it alive, for those who depend on it. */
  Lifetime lifetime() {
    return lifetime;
  }

  /** An address inside it, with room for {@code size} bytes from there on. */
  public long address(long offset, long size) {
    Objects.checkFromIndexSize(offset, size, bytes);
    return address() + offset;
  }

  /**
   * Copies from native memory, in the stream's order; the memory must stay as it is until the stream has done it. Asynchronous only from a
   * {@link PinnedBuffer}.
   */
  public void copyFrom(MemorySegment source, long offset, CudaStream stream) {
    requireNative("source", source);
    context.call(context.api().memcpyHtoDAsync, address(offset, source.byteSize()), source, source.byteSize(), inContext(stream));
  }

  /** Copies to native memory, in the stream's order. Asynchronous only to a {@link PinnedBuffer}. */
  public void copyTo(MemorySegment target, long offset, CudaStream stream) {
    requireNative("target", target);
    context.call(context.api().memcpyDtoHAsync, target, address(offset, target.byteSize()), target.byteSize(), inContext(stream));
  }

  /** Copies all of another buffer to {@code offset} of this one, in the stream's order. */
  public void copyFrom(DeviceBuffer source, long offset, CudaStream stream) {
    long to = address(offset, source.bytes);
    context.call(context.api().memcpyDtoDAsync, to, source.address(), source.bytes, inContext(stream));
  }

  /** Sets every byte, in the stream's order. */
  public void fill(byte value, CudaStream stream) {
    context.call(context.api().memsetD8Async, address(), value, bytes, inContext(stream));
  }

  /** Copies all of {@code values} to the start and waits. */
  public void write(byte[] values, CudaStream stream) {
    writeAndWait(MemorySegment.ofArray(values), stream);
  }

  /** Copies all of {@code values} to the start and waits. */
  public void write(float[] values, CudaStream stream) {
    writeAndWait(MemorySegment.ofArray(values), stream);
  }

  private void writeAndWait(MemorySegment values, CudaStream stream) {
    Objects.checkFromIndexSize(0, values.byteSize(), bytes);
    if (values.byteSize() > 0) {
      try (Arena scratch = Arena.ofConfined()) {
        copyFrom(scratch.allocate(values.byteSize(), 16).copyFrom(values), 0, stream);
        stream.synchronize();
      }
    }
  }

  /** Waits, then the first {@code length} bytes. */
  public byte[] readBytes(int length, CudaStream stream) {
    try (Arena scratch = Arena.ofConfined()) {
      return readAndWait(scratch, length, stream).toArray(ValueLayout.JAVA_BYTE);
    }
  }

  /** Waits, then the first {@code length} float32. */
  public float[] readFloats(int length, CudaStream stream) {
    try (Arena scratch = Arena.ofConfined()) {
      return readAndWait(scratch, 4L * length, stream).toArray(ValueLayout.JAVA_FLOAT);
    }
  }

  private MemorySegment readAndWait(Arena scratch, long length, CudaStream stream) {
    Objects.checkFromIndexSize(0, length, bytes);
    MemorySegment target = scratch.allocate(length, 16);
    if (length > 0) {
      copyTo(target, 0, stream);
      stream.synchronize();
    }
    return target;
  }

  private MemorySegment inContext(CudaStream stream) {
    if (stream.context() != context) {
      throw new IllegalArgumentException("stream = " + stream + ": expected one of the buffer's own context");
    }
    return stream.handle();
  }

  private static void requireNative(String name, MemorySegment memory) {
    if (!memory.isNative()) {
      throw new IllegalArgumentException(name + " = memory on the Java heap: expected native memory, e.g. of a PinnedBuffer");
    }
  }

  @Override
  public void close() {
    lifetime.close();
  }
}
