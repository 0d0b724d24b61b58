package io.github.fp4j.bridge.cuda;

/** Facts about a device that the driver tells: {@code CU_DEVICE_ATTRIBUTE_} of cuda.h, with its numbers. */
public enum DeviceAttribute {
  MAX_THREADS_PER_BLOCK(1),
  MAX_BLOCK_DIM_X(2),
  MAX_BLOCK_DIM_Y(3),
  MAX_BLOCK_DIM_Z(4),
  MAX_GRID_DIM_X(5),
  MAX_GRID_DIM_Y(6),
  MAX_GRID_DIM_Z(7),
  MAX_SHARED_MEMORY_PER_BLOCK(8),
  WARP_SIZE(10),
  MAX_REGISTERS_PER_BLOCK(12),
  MULTIPROCESSOR_COUNT(16),
  GLOBAL_MEMORY_BUS_WIDTH(37),
  L2_CACHE_SIZE(38),
  MAX_THREADS_PER_MULTIPROCESSOR(39),
  COMPUTE_CAPABILITY_MAJOR(75),
  COMPUTE_CAPABILITY_MINOR(76),
  MAX_SHARED_MEMORY_PER_MULTIPROCESSOR(81),
  COOPERATIVE_LAUNCH(95),
  MAX_SHARED_MEMORY_PER_BLOCK_OPTIN(97),
  CLUSTER_LAUNCH(120);

  private final int code;

  DeviceAttribute(int code) {
    this.code = code;
  }

  /** The number of cuda.h. */
  public int code() {
    return code;
  }

  /** The name of cuda.h. */
  public String headerName() {
    return "CU_DEVICE_ATTRIBUTE_" + name();
  }
}
