package io.github.fp4j.bridge.cuda;

import java.util.List;

/**
 * How a kernel is spread over the device.
 *
 * @param grid blocks
 * @param block threads of a block
 * @param sharedBytes dynamic shared memory of a block
 * @param attributes further wishes
 */
public record Launch(Size grid, Size block, int sharedBytes, List<LaunchAttribute> attributes) {

  /** Up to three dimensions. */
  public record Size(int x, int y, int z) {
    public Size {
      if (x < 1 || y < 1 || z < 1) {
        throw new IllegalArgumentException("size = " + x + " x " + y + " x " + z + ": expected at least 1 each");
      }
    }

    /** All of it. */
    public long count() {
      return (long) x * y * z;
    }

    @Override
    public String toString() {
      return x + " x " + y + " x " + z;
    }
  }

  public Launch {
    if (sharedBytes < 0) {
      throw new IllegalArgumentException("sharedBytes = " + sharedBytes + ": expected at least 0");
    }
    attributes = List.copyOf(attributes);
  }

  /** Blocks and threads in one dimension. */
  public static Launch of(int blocks, int threads) {
    return of(new Size(blocks, 1, 1), new Size(threads, 1, 1));
  }

  /** Blocks and threads. */
  public static Launch of(Size grid, Size block) {
    return new Launch(grid, block, 0, List.of());
  }

  /** The same with dynamic shared memory. */
  public Launch withShared(int bytes) {
    return new Launch(grid, block, bytes, attributes);
  }

  /** The same with these wishes in place of the old ones. */
  public Launch with(LaunchAttribute... wishes) {
    return new Launch(grid, block, sharedBytes, List.of(wishes));
  }

  /** Refuses what the device cannot do, before the driver is asked. */
  void check(CudaDevice device) {
    require("block", block.count(), device, DeviceAttribute.MAX_THREADS_PER_BLOCK);
    require("block.x", block.x, device, DeviceAttribute.MAX_BLOCK_DIM_X);
    require("block.y", block.y, device, DeviceAttribute.MAX_BLOCK_DIM_Y);
    require("block.z", block.z, device, DeviceAttribute.MAX_BLOCK_DIM_Z);
    require("grid.x", grid.x, device, DeviceAttribute.MAX_GRID_DIM_X);
    require("grid.y", grid.y, device, DeviceAttribute.MAX_GRID_DIM_Y);
    require("grid.z", grid.z, device, DeviceAttribute.MAX_GRID_DIM_Z);
    require("sharedBytes", sharedBytes, device, DeviceAttribute.MAX_SHARED_MEMORY_PER_BLOCK_OPTIN);
    for (LaunchAttribute attribute : attributes) {
      if (attribute.id() == LaunchAttribute.Id.CLUSTER_DIMENSION) {
        requireWhole("grid.x", grid.x, attribute.value().get(0));
        requireWhole("grid.y", grid.y, attribute.value().get(1));
        requireWhole("grid.z", grid.z, attribute.value().get(2));
      }
    }
  }

  private static void require(String name, long value, CudaDevice device, DeviceAttribute limit) {
    int most = device.limit(limit);
    if (value > most) {
      throw new IllegalArgumentException(name + " = " + value + ": expected at most " + most + ", " + limit.headerName() + " of device " + device.ordinal());
    }
  }

  private static void requireWhole(String name, int blocks, int cluster) {
    if (blocks % cluster != 0) {
      throw new IllegalArgumentException(name + " = " + blocks + ": expected a multiple of the cluster's " + cluster);
    }
  }
}
