package io.github.fp4j.bridge.internal.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** cuBLASLt as far as it is used: cublasLt.h of cuBLAS 13.1. Handles, descriptors and device pointers are addresses. */
public final class CublasLtApi extends FunctionTable {
  private static final MethodHandle SIZE = Downcalls.of(FunctionDescriptor.of(JAVA_LONG));
  private static final MemoryLayout[] SET = {ADDRESS, JAVA_INT, ADDRESS, JAVA_LONG};
  private static final MemoryLayout[] GET = {ADDRESS, JAVA_INT, ADDRESS, JAVA_LONG, ADDRESS};

  public final NativeFunction create = function("cublasLtCreate", ADDRESS);
  public final NativeFunction destroy = function("cublasLtDestroy", ADDRESS);

  public final NativeFunction matmulDescCreate = function("cublasLtMatmulDescCreate", ADDRESS, JAVA_INT, JAVA_INT);
  public final NativeFunction matmulDescDestroy = function("cublasLtMatmulDescDestroy", ADDRESS);
  public final NativeFunction matmulDescSet = function("cublasLtMatmulDescSetAttribute", SET);
  public final NativeFunction matmulDescGet = function("cublasLtMatmulDescGetAttribute", GET);

  public final NativeFunction layoutCreate = function("cublasLtMatrixLayoutCreate", ADDRESS, JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG);
  public final NativeFunction layoutDestroy = function("cublasLtMatrixLayoutDestroy", ADDRESS);
  public final NativeFunction layoutSet = function("cublasLtMatrixLayoutSetAttribute", SET);
  public final NativeFunction layoutGet = function("cublasLtMatrixLayoutGetAttribute", GET);

  public final NativeFunction preferenceCreate = function("cublasLtMatmulPreferenceCreate", ADDRESS);
  public final NativeFunction preferenceDestroy = function("cublasLtMatmulPreferenceDestroy", ADDRESS);
  public final NativeFunction preferenceSet = function("cublasLtMatmulPreferenceSetAttribute", SET);
  public final NativeFunction preferenceGet = function("cublasLtMatmulPreferenceGetAttribute", GET);

  /** handle, operation, layouts of A, B, C and D, preference, how many are wanted, the results, how many came. */
  public final NativeFunction heuristics =
      function(
          "cublasLtMatmulAlgoGetHeuristic", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);

  /** handle, operation, layouts of A, B, C and D, algorithm, the result. */
  public final NativeFunction check =
      function("cublasLtMatmulAlgoCheck", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS);

  public final NativeFunction configGet = function("cublasLtMatmulAlgoConfigGetAttribute", GET);

  /** handle, operation, alpha, A and its layout, B and its layout, beta, C and its layout, D and its layout, algorithm, workspace and its bytes, stream. */
  public final NativeFunction matmul =
      function(
          "cublasLtMatmul", ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS, ADDRESS,
          ADDRESS, JAVA_LONG, ADDRESS);

  private final MemorySegment statusName = address("cublasLtGetStatusName");
  private final MemorySegment statusString = address("cublasLtGetStatusString");
  private final MemorySegment version = address("cublasLtGetVersion");
  private final MemorySegment runtimeVersion = address("cublasLtGetCudartVersion");

  /** @throws MissingFunction if it is older than cuBLAS 13 */
  public CublasLtApi(LoadedLibrary library) throws MissingFunction {
    super(library);
  }

  /** {@code cublasLtGetVersion}: major * 10000 + minor * 100 + patch. */
  public long version() {
    return size(version);
  }

  /** {@code cublasLtGetCudartVersion}: major * 1000 + minor * 10 of the CUDA that it was built for. */
  public long runtimeVersion() {
    return size(runtimeVersion);
  }

  /** {@code cublasLtGetStatusName}, e.g. {@code CUBLAS_STATUS_NOT_SUPPORTED}. */
  public String statusName(int status) {
    return StatusText.of(statusName, status);
  }

  /** {@code cublasLtGetStatusString}: the library's own words. */
  public String statusString(int status) {
    return StatusText.of(statusString, status);
  }

  private static long size(MemorySegment function) {
    try {
      return (long) SIZE.invokeExact(function);
    } catch (Throwable e) {
      throw Downcalls.unexpected(e);
    }
  }
}
