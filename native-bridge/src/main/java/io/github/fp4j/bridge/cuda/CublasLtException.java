package io.github.fp4j.bridge.cuda;

import io.github.fp4j.bridge.NativeCallException;

/** A call of cuBLASLt that failed: the function, cuBLASLt's name, number and words for the status, and what usually is behind it. */
public final class CublasLtException extends NativeCallException {
  private static final long serialVersionUID = 1;

  /** {@code CUBLAS_STATUS_NOT_INITIALIZED}. */
  public static final int NOT_INITIALIZED = 1;

  /** {@code CUBLAS_STATUS_ALLOC_FAILED}. */
  public static final int ALLOC_FAILED = 3;

  /** {@code CUBLAS_STATUS_INVALID_VALUE}. */
  public static final int INVALID_VALUE = 7;

  /** {@code CUBLAS_STATUS_ARCH_MISMATCH}. */
  public static final int ARCH_MISMATCH = 8;

  /** {@code CUBLAS_STATUS_EXECUTION_FAILED}. */
  public static final int EXECUTION_FAILED = 13;

  /** {@code CUBLAS_STATUS_INTERNAL_ERROR}. */
  public static final int INTERNAL_ERROR = 14;

  /** {@code CUBLAS_STATUS_NOT_SUPPORTED}. */
  public static final int NOT_SUPPORTED = 15;

  private final String function;
  private final String statusName;

  CublasLtException(String function, int status, String statusName, String text, String explanation) {
    super(function + ": " + statusName + " (" + status + "): " + text + (explanation.isEmpty() ? "" : "; " + explanation), status);
    this.function = function;
    this.statusName = statusName;
  }

  /** cuBLASLt's function, e.g. {@code cublasLtMatmul}. */
  public String function() {
    return function;
  }

  /** cuBLASLt's name of the status, e.g. {@code CUBLAS_STATUS_NOT_SUPPORTED}. */
  public String statusName() {
    return statusName;
  }
}
