package io.github.fp4j.bridge.cuda;

import io.github.fp4j.bridge.NativeCallException;

/** A call of NVRTC that failed: the function, NVRTC's name and number of the error, and, where a source was refused, the compiler's log. */
public final class NvrtcException extends NativeCallException {
  private static final long serialVersionUID = 1;

  private final String log;

  NvrtcException(String function, int status, String errorName, String log) {
    super(function + ": " + errorName + " (" + status + ")" + (log.isBlank() ? "" : "\n" + log.strip()), status);
    this.log = log;
  }

  /** What the compiler says; empty if it was not compiling. */
  public String log() {
    return log;
  }
}
