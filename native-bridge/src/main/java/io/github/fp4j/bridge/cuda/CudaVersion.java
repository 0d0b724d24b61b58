package io.github.fp4j.bridge.cuda;

/**
 * A version of CUDA.
 *
 * @param major e.g. 13
 * @param minor e.g. 0
 */
public record CudaVersion(int major, int minor) implements Comparable<CudaVersion> {

  /** From CUDA's number, {@code major * 1000 + minor * 10}. */
  public static CudaVersion ofNumber(int number) {
    return new CudaVersion(number / 1000, number % 1000 / 10);
  }

  @Override
  public int compareTo(CudaVersion other) {
    return major != other.major ? Integer.compare(major, other.major) : Integer.compare(minor, other.minor);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
