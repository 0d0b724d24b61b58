package io.github.fp4j.bridge.cuda;

import java.util.List;
import java.util.stream.Collectors;

/** A product that cuBLASLt cannot compute, found out before it was asked: the rules that are broken, each with what to do about it. */
public final class UnsupportedMatmulException extends IllegalArgumentException {
  private static final long serialVersionUID = 1;

  private final transient List<MatmulRule.Broken> broken;

  UnsupportedMatmulException(List<MatmulRule.Broken> broken) {
    super(broken.stream().map(MatmulRule.Broken::toString).collect(Collectors.joining("\n")));
    this.broken = broken;
  }

  /** The broken rules. */
  public List<MatmulRule.Broken> broken() {
    return broken;
  }
}
