package io.github.fp4j.bridge.cuda;

import io.github.fp4j.bridge.NativeCallException;

/** A call of the CUDA driver that failed: the function, the driver's name and number of the error, and the driver's words for it. */
public final class CudaException extends NativeCallException {
  private static final long serialVersionUID = 1;

  /** {@code CUDA_ERROR_OUT_OF_MEMORY}. */
  public static final int OUT_OF_MEMORY = 2;

  /** {@code CUDA_ERROR_NO_DEVICE}. */
  public static final int NO_DEVICE = 100;

  /** {@code CUDA_ERROR_NO_BINARY_FOR_GPU}. */
  public static final int NO_BINARY_FOR_GPU = 209;

  /** {@code CUDA_ERROR_NOT_FOUND}. */
  public static final int NOT_FOUND = 500;

  /** {@code CUDA_ERROR_NOT_READY}: not an error but an answer. */
  public static final int NOT_READY = 600;

  private final String function;
  private final String errorName;

  CudaException(String function, int status, String errorName, String text) {
    super(function + ": " + errorName + " (" + status + "): " + text, status);
    this.function = function;
    this.errorName = errorName;
  }

  /** The driver's function, e.g. {@code cuMemAlloc_v2}. */
  public String function() {
    return function;
  }

  /** The driver's name of the error, e.g. {@code CUDA_ERROR_OUT_OF_MEMORY}. */
  public String errorName() {
    return errorName;
  }
}
