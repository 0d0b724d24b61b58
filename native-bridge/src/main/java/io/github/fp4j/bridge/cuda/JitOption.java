package io.github.fp4j.bridge.cuda;

/** Options of the driver's compiler and linker: {@code CU_JIT_} of cuda.h, with its numbers. */
enum JitOption {
  INFO_LOG_BUFFER(3),
  INFO_LOG_BUFFER_SIZE_BYTES(4),
  ERROR_LOG_BUFFER(5),
  ERROR_LOG_BUFFER_SIZE_BYTES(6),
  LOG_VERBOSE(12);

  private final int code;

  JitOption(int code) {
    this.code = code;
  }

  int code() {
    return code;
  }

  String headerName() {
    return "CU_JIT_" + name();
  }
}
