package io.github.fp4j.bridge.cuda;

/** Element types of CUDA's libraries: {@code cudaDataType_t} of library_types.h, with its numbers. {@code CUDA_R_8F_UE4M3} is another name of 28. */
public enum CudaDataType {
  R_32F(0, 32),
  R_16F(2, 16),
  R_16BF(14, 16),
  R_8F_E4M3(28, 8),
  R_8F_E5M2(29, 8),
  R_8F_UE8M0(30, 8),
  R_4F_E2M1(33, 4);

  private final int code;
  private final int bits;

  CudaDataType(int code, int bits) {
    this.code = code;
    this.bits = bits;
  }

  /** The number of library_types.h. */
  public int code() {
    return code;
  }

  /** Bits of one element in memory. */
  public int bits() {
    return bits;
  }

  /** Bytes that {@code elements} take. */
  public long bytes(long elements) {
    return Math.ceilDiv(Math.multiplyExact(elements, bits), 8);
  }

  /** The name of library_types.h. */
  public String headerName() {
    return "CUDA_" + name();
  }
}
