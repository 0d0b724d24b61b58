package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.AccumulatorType;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.ArrayList;
import java.util.List;

/** What is asked about FP4 products: under every published model with float32 results, under a subject's own accumulator, and in the named order of float32 sums. */
final class GemmSuites {
  private GemmSuites() {}

  static List<CoverageClass> at(Level level) {
    List<AccumulationModel> nvfp4 = taking(OperandFormat.NVFP4);
    List<CoverageClass> classes = new ArrayList<>();
    for (String model : names(nvfp4)) {
      classes.add(new CodeProductClass(model));
      classes.add(new ScaledProductClass(model, level.multipliesUnderAllScales()));
    }
    for (OperandFormat format : List.of(OperandFormat.NVFP4, OperandFormat.MXFP4)) {
      CertifiedProblems problems = new CertifiedProblems(format);
      names(taking(format)).forEach(model -> classes.add(new CertifiedGemmClass(model, problems)));
    }
    for (OperandFormat weights : List.of(OperandFormat.NVFP4, OperandFormat.MXFP4)) {
      classes.add(new Fp32GemmClass(weights, weights));
      classes.add(new Fp32GemmClass(OperandFormat.BF16, weights));
      classes.add(new ActivationsClass(GemmKernels.FP32, weights));
      classes.add(new ActivationsClass(GemmKernels.EXACT, weights));
      classes.add(new OwnActivationsClass(weights));
    }
    classes.add(new Fp32GemmClass(OperandFormat.MXFP8_E4M3, OperandFormat.MXFP4));
    classes.add(new ActivationsClass(GemmKernels.FP32, OperandFormat.MXFP8_E4M3));
    classes.add(new ActivationsClass(GemmKernels.EXACT, OperandFormat.MXFP8_E4M3));
    nvfp4.forEach(model -> classes.add(new DiscriminatorClass(model)));
    for (OperandFormat format : List.of(OperandFormat.NVFP4, OperandFormat.MXFP4)) {
      taking(format).forEach(model -> classes.add(new RangeGemmClass(model, format)));
    }
    return classes;
  }

  private static List<AccumulationModel> taking(OperandFormat format) {
    return AccumulationModels.all().stream()
        .filter(model -> model.supports(format, format) && model.output().type() == AccumulatorType.FP32)
        .toList();
  }

  private static List<String> names(List<AccumulationModel> models) {
    List<String> names = new ArrayList<>(models.stream().map(AccumulationModel::id).toList());
    names.add(GemmKernels.OWN);
    return names;
  }
}
