package io.github.fp4j.bridge.internal.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/**
 * The CUDA driver API as far as it is used: cuda.h of CUDA 13.0. A {@code CUdeviceptr} and a {@code size_t} are longs, a {@code CUdevice} is an int, every other
 * handle is an address.
 */
public final class DriverApi extends FunctionTable {
  public final NativeFunction init = function("cuInit", JAVA_INT);
  public final NativeFunction driverGetVersion = function("cuDriverGetVersion", ADDRESS);
  public final NativeFunction getErrorName = function("cuGetErrorName", JAVA_INT, ADDRESS);
  public final NativeFunction getErrorString = function("cuGetErrorString", JAVA_INT, ADDRESS);

  public final NativeFunction deviceGetCount = function("cuDeviceGetCount", ADDRESS);
  public final NativeFunction deviceGet = function("cuDeviceGet", ADDRESS, JAVA_INT);
  public final NativeFunction deviceGetName = function("cuDeviceGetName", ADDRESS, JAVA_INT, JAVA_INT);
  public final NativeFunction deviceGetUuid = function("cuDeviceGetUuid_v2", ADDRESS, JAVA_INT);
  public final NativeFunction deviceTotalMem = function("cuDeviceTotalMem_v2", ADDRESS, JAVA_INT);
  public final NativeFunction deviceGetAttribute = function("cuDeviceGetAttribute", ADDRESS, JAVA_INT, JAVA_INT);

  public final NativeFunction primaryCtxRetain = function("cuDevicePrimaryCtxRetain", ADDRESS, JAVA_INT);
  public final NativeFunction primaryCtxRelease = function("cuDevicePrimaryCtxRelease_v2", JAVA_INT);
  public final NativeFunction ctxCreate = function("cuCtxCreate_v4", ADDRESS, ADDRESS, JAVA_INT, JAVA_INT);
  public final NativeFunction ctxDestroy = function("cuCtxDestroy_v2", ADDRESS);
  public final NativeFunction ctxPushCurrent = function("cuCtxPushCurrent_v2", ADDRESS);
  public final NativeFunction ctxPopCurrent = function("cuCtxPopCurrent_v2", ADDRESS);
  public final NativeFunction ctxSynchronize = function("cuCtxSynchronize");

  public final NativeFunction memGetInfo = function("cuMemGetInfo_v2", ADDRESS, ADDRESS);
  public final NativeFunction memAlloc = function("cuMemAlloc_v2", ADDRESS, JAVA_LONG);
  public final NativeFunction memFree = function("cuMemFree_v2", JAVA_LONG);
  public final NativeFunction memHostAlloc = function("cuMemHostAlloc", ADDRESS, JAVA_LONG, JAVA_INT);
  public final NativeFunction memFreeHost = function("cuMemFreeHost", ADDRESS);
  public final NativeFunction memcpyHtoDAsync = function("cuMemcpyHtoDAsync_v2", JAVA_LONG, ADDRESS, JAVA_LONG, ADDRESS);
  public final NativeFunction memcpyDtoHAsync = function("cuMemcpyDtoHAsync_v2", ADDRESS, JAVA_LONG, JAVA_LONG, ADDRESS);
  public final NativeFunction memcpyDtoDAsync = function("cuMemcpyDtoDAsync_v2", JAVA_LONG, JAVA_LONG, JAVA_LONG, ADDRESS);
  public final NativeFunction memsetD8Async = function("cuMemsetD8Async", JAVA_LONG, JAVA_BYTE, JAVA_LONG, ADDRESS);

  public final NativeFunction streamCreateWithPriority = function("cuStreamCreateWithPriority", ADDRESS, JAVA_INT, JAVA_INT);
  public final NativeFunction streamDestroy = function("cuStreamDestroy_v2", ADDRESS);
  public final NativeFunction streamSynchronize = function("cuStreamSynchronize", ADDRESS);
  public final NativeFunction streamQuery = function("cuStreamQuery", ADDRESS);
  public final NativeFunction streamWaitEvent = function("cuStreamWaitEvent", ADDRESS, ADDRESS, JAVA_INT);
  public final NativeFunction streamBeginCapture = function("cuStreamBeginCapture_v2", ADDRESS, JAVA_INT);
  public final NativeFunction streamEndCapture = function("cuStreamEndCapture", ADDRESS, ADDRESS);

  public final NativeFunction eventCreate = function("cuEventCreate", ADDRESS, JAVA_INT);
  public final NativeFunction eventDestroy = function("cuEventDestroy_v2", ADDRESS);
  public final NativeFunction eventRecord = function("cuEventRecord", ADDRESS, ADDRESS);
  public final NativeFunction eventQuery = function("cuEventQuery", ADDRESS);
  public final NativeFunction eventSynchronize = function("cuEventSynchronize", ADDRESS);
  public final NativeFunction eventElapsedTime = function("cuEventElapsedTime_v2", ADDRESS, ADDRESS, ADDRESS);

  public final NativeFunction moduleLoadDataEx = function("cuModuleLoadDataEx", ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
  public final NativeFunction moduleUnload = function("cuModuleUnload", ADDRESS);
  public final NativeFunction moduleGetFunction = function("cuModuleGetFunction", ADDRESS, ADDRESS, ADDRESS);
  public final NativeFunction libraryLoadData =
      function("cuLibraryLoadData", ADDRESS, ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
  public final NativeFunction libraryUnload = function("cuLibraryUnload", ADDRESS);
  public final NativeFunction libraryGetKernel = function("cuLibraryGetKernel", ADDRESS, ADDRESS, ADDRESS);
  public final NativeFunction kernelGetFunction = function("cuKernelGetFunction", ADDRESS, ADDRESS);
  public final NativeFunction funcGetAttribute = function("cuFuncGetAttribute", ADDRESS, JAVA_INT, ADDRESS);
  public final NativeFunction funcSetAttribute = function("cuFuncSetAttribute", ADDRESS, JAVA_INT, JAVA_INT);
  public final NativeFunction occupancy =
      function("cuOccupancyMaxActiveBlocksPerMultiprocessor", ADDRESS, ADDRESS, JAVA_INT, JAVA_LONG);
  public final NativeFunction launchKernelEx = function("cuLaunchKernelEx", ADDRESS, ADDRESS, ADDRESS, ADDRESS);

  public final NativeFunction graphGetNodes = function("cuGraphGetNodes", ADDRESS, ADDRESS, ADDRESS);
  public final NativeFunction graphDestroy = function("cuGraphDestroy", ADDRESS);
  public final NativeFunction graphInstantiate = function("cuGraphInstantiateWithFlags", ADDRESS, ADDRESS, JAVA_LONG);
  public final NativeFunction graphExecDestroy = function("cuGraphExecDestroy", ADDRESS);
  public final NativeFunction graphLaunch = function("cuGraphLaunch", ADDRESS, ADDRESS);

  /** @throws MissingFunction if the driver is older than CUDA 13 */
  public DriverApi(LoadedLibrary library) throws MissingFunction {
    super(library);
  }
}
