package io.github.fp4j.conformance.bench;

/** Where the data of a call lies. */
public enum SizeClass {
  /** 4096 elements: 16 KiB of float32. */
  L1(1 << 12),
  /** 65,536 elements: 256 KiB of float32. */
  L2(1 << 16),
  /** 1,048,576 elements: 4 MiB of float32. */
  L3(1 << 20),
  /** 33,554,432 elements: 128 MiB of float32. */
  MEMORY(1 << 25);

  private final int elements;

  SizeClass(int elements) {
    this.elements = elements;
  }

  /** Elements of one call. */
  public int elements() {
    return elements;
  }
}
