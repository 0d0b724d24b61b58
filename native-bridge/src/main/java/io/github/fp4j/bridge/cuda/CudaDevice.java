package io.github.fp4j.bridge.cuda;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import io.github.fp4j.bridge.internal.CheckedCalls;
import io.github.fp4j.bridge.internal.sys.DriverApi;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.HexFormat;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** One GPU. */
public final class CudaDevice {
  private static final int NAME_BYTES = 256;
  private static final int UUID_BYTES = 16;

  final CudaDriver driver;
  final int handle;
  private final int ordinal;
  private final Map<DeviceAttribute, Integer> limits = new ConcurrentHashMap<>();

  CudaDevice(CudaDriver driver, int ordinal) {
    this.driver = driver;
    this.ordinal = ordinal;
    this.handle = driver.calls.integer(driver.api.deviceGet, ordinal);
  }

  private CheckedCalls calls() {
    return driver.calls;
  }

  private DriverApi api() {
    return driver.api;
  }

  /** Its place in the driver's order. */
  public int ordinal() {
    return ordinal;
  }

  /** E.g. {@code NVIDIA B200}. */
  public String name() {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment name = scratch.allocate(JAVA_BYTE, NAME_BYTES);
      calls().call(api().deviceGetName, name, NAME_BYTES - 1, handle);
      return name.getString(0);
    }
  }

  /** Its UUID in hexadecimal, which stays the same whatever its ordinal. */
  public String uuid() {
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment uuid = scratch.allocate(JAVA_BYTE, UUID_BYTES);
      calls().call(api().deviceGetUuid, uuid, handle);
      return HexFormat.of().formatHex(uuid.toArray(JAVA_BYTE));
    }
  }

  /** Bytes of its memory. */
  public long totalMemory() {
    return calls().number(api().deviceTotalMem, handle);
  }

  /** One fact about it. */
  public int attribute(DeviceAttribute attribute) {
    return calls().integer(api().deviceGetAttribute, attribute.code(), handle);
  }

  /** As {@link #attribute}, asked once: limits do not change. */
  int limit(DeviceAttribute attribute) {
    return limits.computeIfAbsent(attribute, this::attribute);
  }

  /** What its instructions are. */
  public ComputeCapability computeCapability() {
    return new ComputeCapability(limit(DeviceAttribute.COMPUTE_CAPABILITY_MAJOR), limit(DeviceAttribute.COMPUTE_CAPABILITY_MINOR));
  }

  /** Its primary context, which it shares with CUDA's runtime and other libraries in this process. */
  public CudaContext primaryContext() {
    return CudaContext.primary(this);
  }

  /** A context of its own. */
  public CudaContext createContext() {
    return CudaContext.create(this);
  }

  @Override
  public String toString() {
    return "device " + ordinal + ": " + name() + ", compute capability " + computeCapability();
  }
}
