package io.github.fp4j.bridge.cuda;

/** Facts about a kernel: {@code CU_FUNC_ATTRIBUTE_} of cuda.h, with its numbers. */
public enum FunctionAttribute {
  MAX_THREADS_PER_BLOCK(0),
  SHARED_SIZE_BYTES(1),
  LOCAL_SIZE_BYTES(3),
  NUM_REGS(4),
  PTX_VERSION(5),
  BINARY_VERSION(6),
  MAX_DYNAMIC_SHARED_SIZE_BYTES(8);

  private final int code;

  FunctionAttribute(int code) {
    this.code = code;
  }

  /** The number of cuda.h. */
  public int code() {
    return code;
  }

  /** The name of cuda.h. */
  public String headerName() {
    return "CU_FUNC_ATTRIBUTE_" + name();
  }
}
