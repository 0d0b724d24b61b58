package io.github.fp4j.conformance.bench;

/** Where the data of a call lies: how many bytes it reads and writes at most, each counted once. */
public enum SizeClass {
  /** 32 KiB, or 4096 elements where they take more. */
  L1(32 << 10),
  /** 512 KiB. */
  L2(512 << 10),
  /** 8 MiB. */
  L3(8 << 20),
  /** 256 MiB. */
  MEMORY(256 << 20);

  private final int bytes;

  SizeClass(int bytes) {
    this.bytes = bytes;
  }

  /** Bytes of one call. */
  public int bytes() {
    return bytes;
  }
}
