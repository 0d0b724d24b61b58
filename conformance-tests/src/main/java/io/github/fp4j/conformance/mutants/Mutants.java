package io.github.fp4j.conformance.mutants;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.conformance.diagnosis.AmaxTask;
import io.github.fp4j.conformance.diagnosis.Answers;
import io.github.fp4j.conformance.diagnosis.DecodeTask;
import io.github.fp4j.conformance.diagnosis.DequantizeFaults;
import io.github.fp4j.conformance.diagnosis.EncodeFaults;
import io.github.fp4j.conformance.diagnosis.EncodeTask;
import io.github.fp4j.conformance.diagnosis.Fault;
import io.github.fp4j.conformance.diagnosis.GemmFaults;
import io.github.fp4j.conformance.diagnosis.HadamardTask;
import io.github.fp4j.conformance.diagnosis.LayoutTask;
import io.github.fp4j.conformance.diagnosis.QuantizeFaults;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.stream.Stream;

/** All mutants: one for every fault that the diagnosis knows, in the kernels of every kind. */
final class Mutants {
  private static final List<String> OF_GEMM =
      List.of(
          "XR/nvfp4/nvfp4-gst-f35", "XD/nvfp4-gst-f35", "XR/mxfp4/mxf4", "XR/nvfp4/exact-rne", "XR/nvfp4/nvfp4-gst-f35-zero-ignored",
          "XR/mxfp4/mxf4-zero-ignored", "XG/nvfp4/nvfp4-gst-f35", "XG/mxfp4/mxf4", "X4/scales/nvfp4-gst-f35",
          "X4/codes/nvfp4-gst-f35");
  private static final List<String> OF_ENCODE = List.of("X6/", "X3/", "X9/e2m1", "X1/", "X2/e2m1/nearest-even", "X2/e4m3/nearest-even", "X2/ue8m0");
  private static final List<String> OF_DECODE = List.of("X1/");
  private static final List<String> OF_AMAX =
      Stream.of("/amax", "/amax-places")
          .flatMap(which -> Profiles.all().stream().filter(QuantizationProfile::isCpuExact).map(profile -> "XQ/" + profile + which))
          .toList();
  private static final List<String> OF_QUANTIZE = ofQuantize();
  private static final List<String> OF_RESTORE = List.of("X5/", "X8/codes/", "XQ/");

  private Mutants() {}

  /** Every profile once, the one with the most faults of its own first; then stochastic rounding, padding, and boundaries of scales. */
  private static List<String> ofQuantize() {
    List<String> asked = new ArrayList<>(List.of("XQ/te-2.15/quantize", "X9/te-2.15", "XQ/te-2.15/quantize-tiles"));
    Profiles.all().stream().filter(QuantizationProfile::isCpuExact).forEach(profile -> asked.add("XQ/" + profile + "/quantize"));
    asked.addAll(List.of("X8/codes/te-2.15", "X7/te-2.15", "X7/modelopt", "X7/torchao", "XQ/", "X9/", "X7/"));
    return List.copyOf(asked);
  }

  /** Every mutant. */
  static List<Mutant> all() {
    List<Mutant> all = new ArrayList<>();
    encodeFaults().forEach((part, fault) -> all.add(mutant(part, fault, one -> new FaultyConversions(one, null), Workload.ENCODE, OF_ENCODE)));
    DecodeTask.all().forEach(fault -> all.add(mutant("decode/" + fault.id(), fault, one -> new FaultyConversions(null, one), Workload.DECODE, OF_DECODE)));
    AmaxTask.all().forEach(fault -> all.add(mutant("amax/" + fault.id(), fault, one -> new FaultyBlocks(one, null, null, null, null), Workload.AMAX, OF_AMAX)));
    QuantizeFaults.all().forEach(fault -> all.add(mutant("quantize/" + fault.id(), fault, one -> new FaultyBlocks(null, one, null, null, null), Workload.QUANTIZE, OF_QUANTIZE)));
    DequantizeFaults.all().forEach(fault -> all.add(mutant("restore/" + fault.id(), fault, one -> new FaultyBlocks(null, null, one, null, null), Workload.RESTORE, OF_RESTORE)));
    LayoutTask.all().forEach(fault -> all.add(mutant("layout/" + fault.id(), fault, one -> new FaultyBlocks(null, null, null, one, null), Workload.LAYOUT, List.of("X8/scales/"))));
    HadamardTask.all().forEach(fault -> all.add(mutant("hadamard/" + fault.id(), fault, one -> new FaultyBlocks(null, null, null, null, one), Workload.HADAMARD, List.of("XH/"))));
    GemmFaults.ofKernels().forEach(fault -> all.add(mutant("gemm/" + fault.id(), fault, FaultyGemms::new, Workload.GEMM, OF_GEMM)));
    return List.copyOf(all);
  }

  private static <T> Mutant mutant(String id, Fault<T> fault, Function<Fault<T>, Backend> subject, Workload workload, List<String> asked) {
    AtomicBoolean acted = new AtomicBoolean();
    Fault<T> counted =
        new Fault<>(fault.id(), fault.sentence(), (task, before) -> {
          Answers answers = fault.device().answers(task, before);
          return output -> {
            int answer = answers.at(output);
            acted.setPlain(true);
            return answer;
          };
        });
    return new Mutant(id, fault.sentence(), subject.apply(counted), acted, workload, asked);
  }

  /** Those of all formats by the part that is wrong and the fault; one that is the same for all formats is one mutant. */
  private static Map<String, Fault<EncodeTask>> encodeFaults() {
    Map<String, Fault<EncodeTask>> faults = new LinkedHashMap<>();
    for (FloatFormat format : List.of(FloatFormat.E2M1, FloatFormat.E4M3, FloatFormat.UE4M3, FloatFormat.E5M2, FloatFormat.UE8M0)) {
      EncodeFaults.of(format).forEach(fault -> faults.putIfAbsent((fault.id().startsWith("as-") ? "encode/" + format + "/" : "encode/") + fault.id(), fault));
    }
    return faults;
  }
}
