package io.github.fp4j.conformance.suite;

import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.formats.codebook.Codebook;
import io.github.fp4j.simd.optim.Algorithm;
import java.util.ArrayList;
import java.util.List;

/** What is asked about optimizers: every array kernel of a step, and whole steps of every algorithm. */
final class OptimizerSuites {
  private OptimizerSuites() {}

  static List<CoverageClass> all() {
    List<CoverageClass> classes = new ArrayList<>();
    classes.add(new OptimizerKernelClass("scan", OptimizerCalls.scan()));
    classes.add(new OptimizerKernelClass("clipped", OptimizerCalls.clipped()));
    classes.add(new OptimizerKernelClass("condition", OptimizerCalls.condition()));
    classes.add(new OptimizerKernelClass("adam-blend", OptimizerCalls.adam(false)));
    classes.add(new OptimizerKernelClass("adam-lerp", OptimizerCalls.adam(true)));
    classes.add(new OptimizerKernelClass("maxima", OptimizerCalls.maxima()));
    for (Codebook codebook : Codebook.all()) {
      classes.add(new OptimizerKernelClass("blocks/" + codebook, CodebookCalls.blocks(codebook)));
    }
    for (Codebook codebook : Codebook.all()) {
      classes.add(new OptimizerKernelClass("elements/" + codebook, CodebookCalls.elements(codebook)));
    }
    classes.add(new OptimizerKernelClass("coded-adam", CodedAdamCalls.all(), kernels -> kernels.codedAdam().isPresent()));
    for (Algorithm algorithm : Algorithm.values()) {
      classes.add(new OptimizerKernelClass("steps/" + algorithm.label(), OptimizerStepCalls.of(algorithm)));
    }
    return classes;
  }
}
