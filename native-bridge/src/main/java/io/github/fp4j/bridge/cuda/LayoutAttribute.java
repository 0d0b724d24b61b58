package io.github.fp4j.bridge.cuda;

/** {@code cublasLtMatrixLayoutAttribute_t} of cublasLt.h 13.1, with its numbers and sizes. */
enum LayoutAttribute implements Descriptor.Attribute {
  TYPE(0, 4),
  ORDER(1, 4),
  ROWS(2, 8),
  COLS(3, 8),
  LD(4, 8),
  BATCH_COUNT(5, 4),
  STRIDED_BATCH_OFFSET(6, 8);

  /** {@code CUBLASLT_ORDER_COL}: columns one after the other. */
  static final int ORDER_COL = 0;

  private final int code;
  private final int bytes;

  LayoutAttribute(int code, int bytes) {
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
    return "CUBLASLT_MATRIX_LAYOUT_" + name();
  }
}
