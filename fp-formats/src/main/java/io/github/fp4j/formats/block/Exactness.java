package io.github.fp4j.formats.block;

/** Whether a profile's bits can be computed on a CPU. */
public sealed interface Exactness {

  /** They can. */
  record CpuExact() implements Exactness {}

  /**
   * They cannot.
   *
   * @param reason which operation has no public definition
   * @param neighbour id of the nearest profile that is exact
   */
  record HardwareOnly(String reason, String neighbour) implements Exactness {}

  Exactness CPU = new CpuExact();
}
