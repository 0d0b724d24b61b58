package io.github.fp4j.bridge.cuda;

/** How a matrix is scaled: {@code cublasLtMatmulMatrixScale_t} of cublasLt.h, with its numbers. */
public enum ScaleMode {
  /** One float32 for all of it. */
  SCALAR_32F(0),
  /** A UE4M3 for 16 elements along K: NVFP4. */
  VEC16_UE4M3(1),
  /** A UE8M0 for 32 elements along K: MXFP8. */
  VEC32_UE8M0(2);

  private final int code;

  ScaleMode(int code) {
    this.code = code;
  }

  /** The number of cublasLt.h. */
  public int code() {
    return code;
  }

  /** The name of cublasLt.h. */
  public String headerName() {
    return "CUBLASLT_MATMUL_MATRIX_SCALE_" + name();
  }
}
