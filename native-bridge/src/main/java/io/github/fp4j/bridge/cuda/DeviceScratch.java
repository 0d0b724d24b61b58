package io.github.fp4j.bridge.cuda;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.fp4j.formats.block.FloatRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** The device memory of one call: what passes between arrays and the device, freed at the call's end, whatever came of it. */
final class DeviceScratch implements AutoCloseable {
  private final CudaContext context;
  private final CudaStream stream;
  private final List<DeviceBuffer> buffers = new ArrayList<>();

  DeviceScratch(CudaContext context, CudaStream stream) {
    this.context = context;
    this.stream = stream;
  }

  /** Memory of undefined content; at least a byte, since a driver refuses to allocate none. */
  DeviceRange allocate(long bytes) {
    DeviceBuffer buffer = context.allocate(Math.max(1, bytes));
    buffers.add(buffer);
    return DeviceRange.of(buffer);
  }

  DeviceRange zeros(long bytes) {
    DeviceRange range = allocate(bytes);
    range.buffer().fill((byte) 0, stream);
    return range;
  }

  /** Copies a matrix there, dense. */
  DeviceFloats upload(FloatRows rows) {
    int columns = rows.columns();
    DeviceRange range =
        upload(4L * rows.rows() * columns, to -> {
          for (int row = 0; row < rows.rows(); row++) {
            MemorySegment.copy(rows.values(), rows.index(row, 0), to, JAVA_FLOAT, 4L * row * columns, columns);
          }
        });
    return new DeviceFloats(range, rows.rows(), columns, columns);
  }

  DeviceRange upload(float... values) {
    return upload(MemorySegment.ofArray(values));
  }

  /** Copies memory there, which may be an array's. */
  DeviceRange upload(MemorySegment from) {
    return upload(from.byteSize(), to -> to.copyFrom(from));
  }

  DeviceRange upload(byte[] bytes) {
    return upload(bytes, 0, bytes.length, 1, bytes.length);
  }

  /** Copies rows of bytes there, dense. */
  DeviceRange upload(byte[] from, int offset, int stride, int rows, int length) {
    return upload((long) rows * length, to -> {
      for (int row = 0; row < rows; row++) {
        MemorySegment.copy(from, offset + row * stride, to, JAVA_BYTE, (long) row * length, length);
      }
    });
  }

  private DeviceRange upload(long bytes, Consumer<MemorySegment> fill) {
    DeviceRange range = allocate(bytes);
    if (bytes > 0) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment source = arena.allocate(bytes, 16);
        fill.accept(source);
        range.buffer().copyFrom(source, 0, stream);
        stream.synchronize();
      }
    }
    return range;
  }

  /** Waits, then copies a dense matrix back. */
  void download(DeviceRange from, FloatRows to) {
    download(from, 4L * to.rows() * to.columns(), source -> {
      for (int row = 0; row < to.rows(); row++) {
        MemorySegment.copy(source, JAVA_FLOAT, 4L * row * to.columns(), to.values(), to.index(row, 0), to.columns());
      }
    });
  }

  /** Waits, then copies dense rows of bytes back. */
  void download(DeviceRange from, int rows, int length, byte[] to, int offset, int stride) {
    download(from, (long) rows * length, source -> {
      for (int row = 0; row < rows; row++) {
        MemorySegment.copy(source, JAVA_BYTE, (long) row * length, to, offset + row * stride, length);
      }
    });
  }

  /** Waits, then fills memory, which may be an array's. */
  void download(DeviceRange from, MemorySegment to) {
    download(from, to.byteSize(), to::copyFrom);
  }

  private void download(DeviceRange from, long bytes, Consumer<MemorySegment> take) {
    if (bytes > 0) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment target = arena.allocate(bytes, 16);
        from.buffer().copyTo(target, from.offset(), stream);
        stream.synchronize();
        take.accept(target);
      }
    }
  }

  @Override
  public void close() {
    RuntimeException failure = null;
    for (DeviceBuffer buffer : buffers.reversed()) {
      try {
        buffer.close();
      } catch (RuntimeException e) {
        if (failure == null) {
          failure = e;
        } else {
          failure.addSuppressed(e);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }
}
