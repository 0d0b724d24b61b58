package io.github.fp4j.simd.optim;

import java.util.List;

/**
 * Parameters that share hyper-parameters.
 *
 * @param config the hyper-parameters
 * @param parameters the tensors
 */
public record ParameterGroup(OptimizerConfig config, List<Parameter> parameters) {

  public ParameterGroup {
    parameters = List.copyOf(parameters);
  }
}
