package io.github.fp4j.bridge.cuda;

import io.github.fp4j.bridge.NativeCallException;

/** An image that the driver refuses; the message ends with the log of its compiler. */
public final class ModuleLoadException extends NativeCallException {
  private static final long serialVersionUID = 1;

  private final String log;

  ModuleLoadException(CudaException cause, String log) {
    super(cause.getMessage() + (log.isBlank() ? "" : "\n" + log.strip()), cause.status());
    initCause(cause);
    this.log = log;
  }

  /** What the driver's compiler says; empty if nothing. */
  public String log() {
    return log;
  }
}
