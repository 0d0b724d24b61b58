package io.github.fp4j.bridge.internal.sys;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.MemorySegment;

/** NVRTC as far as it is used: nvrtc.h of CUDA 13.0. An {@code nvrtcProgram} is an address. */
public final class NvrtcApi extends FunctionTable {
  public final NativeFunction version = function("nvrtcVersion", ADDRESS, ADDRESS);
  public final NativeFunction getNumSupportedArchs = function("nvrtcGetNumSupportedArchs", ADDRESS);
  public final NativeFunction getSupportedArchs = function("nvrtcGetSupportedArchs", ADDRESS);
  public final NativeFunction createProgram = function("nvrtcCreateProgram", ADDRESS, ADDRESS, ADDRESS, JAVA_INT, ADDRESS, ADDRESS);
  public final NativeFunction destroyProgram = function("nvrtcDestroyProgram", ADDRESS);
  public final NativeFunction compileProgram = function("nvrtcCompileProgram", ADDRESS, JAVA_INT, ADDRESS);
  public final NativeFunction getCubinSize = function("nvrtcGetCUBINSize", ADDRESS, ADDRESS);
  public final NativeFunction getCubin = function("nvrtcGetCUBIN", ADDRESS, ADDRESS);
  public final NativeFunction getPtxSize = function("nvrtcGetPTXSize", ADDRESS, ADDRESS);
  public final NativeFunction getPtx = function("nvrtcGetPTX", ADDRESS, ADDRESS);
  public final NativeFunction getLogSize = function("nvrtcGetProgramLogSize", ADDRESS, ADDRESS);
  public final NativeFunction getLog = function("nvrtcGetProgramLog", ADDRESS, ADDRESS);

  private final MemorySegment errorString = address("nvrtcGetErrorString");

  /** @throws MissingFunction if it is older than CUDA 13 */
  public NvrtcApi(LoadedLibrary library) throws MissingFunction {
    super(library);
  }

  /** {@code nvrtcGetErrorString}, e.g. {@code NVRTC_ERROR_COMPILATION}. */
  public String errorString(int status) {
    return StatusText.of(errorString, status);
  }
}
