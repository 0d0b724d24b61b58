package io.github.fp4j.bridge.cuda;

/**
 * What a GPU's instructions are: sm_100 is 10.0.
 *
 * @param major e.g. 10
 * @param minor e.g. 0
 */
public record ComputeCapability(int major, int minor) implements Comparable<ComputeCapability> {

  /** As NVRTC and CUDA's tools number it, e.g. 100. */
  public int number() {
    return 10 * major + minor;
  }

  /**
   * The architecture to compile for: with the suffix {@code a} from 9.0 on, since FP4 instructions exist on architecture-specific targets only (plain
   * {@code sm_100} emulates them).
   */
  public String architecture() {
    return "sm_" + number() + (major >= 9 ? "a" : "");
  }

  /** Whether it has FP4 tensor cores at all: Blackwell, 10.0 and later. */
  public boolean hasFp4() {
    return major >= 10;
  }

  @Override
  public int compareTo(ComputeCapability other) {
    return Integer.compare(number(), other.number());
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
