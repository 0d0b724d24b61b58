package io.github.fp4j.bridge.cuda;

/** {@code cublasLtMatmulDescAttributes_t} of cublasLt.h 13.1, with its numbers and sizes. */
enum OperationAttribute implements Descriptor.Attribute {
  COMPUTE_TYPE(0, 4),
  SCALE_TYPE(1, 4),
  POINTER_MODE(2, 4),
  TRANSA(3, 4),
  TRANSB(4, 4),
  EPILOGUE(7, 4),
  BIAS_POINTER(8, 8),
  BIAS_BATCH_STRIDE(10, 8),
  SM_COUNT_TARGET(15, 4),
  A_SCALE_POINTER(17, 8),
  B_SCALE_POINTER(18, 8),
  D_SCALE_POINTER(20, 8),
  FAST_ACCUM(25, 1),
  BIAS_DATA_TYPE(26, 4),
  A_SCALE_MODE(31, 4),
  B_SCALE_MODE(32, 4),
  D_SCALE_MODE(34, 4),
  D_OUT_SCALE_POINTER(36, 8),
  D_OUT_SCALE_MODE(37, 4);

  /** {@code CUBLAS_COMPUTE_32F}. */
  static final int COMPUTE_32F = 68;

  /** {@code CUBLAS_OP_N} and {@code CUBLAS_OP_T}. */
  static final int OP_N = 0;

  static final int OP_T = 1;

  /** {@code CUBLASLT_POINTER_MODE_HOST} and {@code _DEVICE}: where alpha and beta lie. */
  static final int POINTER_HOST = 0;

  static final int POINTER_DEVICE = 1;

  /** {@code CUBLASLT_EPILOGUE_DEFAULT} and {@code _BIAS}. */
  static final int EPILOGUE_DEFAULT = 1;

  static final int EPILOGUE_BIAS = 4;

  private final int code;
  private final int bytes;

  OperationAttribute(int code, int bytes) {
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
    return "CUBLASLT_MATMUL_DESC_" + name();
  }
}
