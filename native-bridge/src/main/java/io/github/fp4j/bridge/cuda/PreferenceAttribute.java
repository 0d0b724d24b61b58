package io.github.fp4j.bridge.cuda;

/** {@code cublasLtMatmulPreferenceAttributes_t} of cublasLt.h 13.1, with its numbers and sizes. */
enum PreferenceAttribute implements Descriptor.Attribute {
  SEARCH_MODE(0, 4),
  MAX_WORKSPACE_BYTES(1, 8),
  MIN_ALIGNMENT_A_BYTES(5, 4),
  MIN_ALIGNMENT_B_BYTES(6, 4),
  MIN_ALIGNMENT_C_BYTES(7, 4),
  MIN_ALIGNMENT_D_BYTES(8, 4);

  private final int code;
  private final int bytes;

  PreferenceAttribute(int code, int bytes) {
    this.code = code;
    this.bytes = bytes;
  }

  @Override
  public int code() {
    return code;
  }

  @Override
  public int bytes() {
    return bytes;
  }

  @Override
  public String headerName() {
    return "CUBLASLT_MATMUL_PREF_" + name();
  }
}
