package io.github.fp4j.conformance.mutants;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.backend.ReferenceBackend;
import io.github.fp4j.conformance.diagnosis.Answers;
import io.github.fp4j.conformance.diagnosis.Fault;
import io.github.fp4j.conformance.diagnosis.GemmTask;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The reference's products with one fault; where the fault cannot occur, the right ones. */
public record FaultyGemms(Fault<GemmTask> fault) implements Backend, GemmKernels {

  @Override
  public String name() {
    return fault.id();
  }

  @Override
  public String description() {
    return fault.sentence();
  }

  @Override
  public Availability availability() {
    return Availability.YES;
  }

  @Override
  public Optional<GemmKernels> gemms() {
    return Optional.of(this);
  }

  @Override
  public boolean supports(String model, OperandFormat a, OperandFormat b) {
    return ReferenceBackend.INSTANCE.gemms().orElseThrow().supports(model, a, b);
  }

  @Override
  public void multiply(String model, GemmOperand a, GemmOperand b, float @Nullable [] c, float[] d) {
    GemmTask task = GemmTask.of("", AccumulationModels.byId(model), a, b, c);
    int[] before = new int[d.length];
    Arrays.setAll(before, i -> Float.floatToRawIntBits(d[i]));
    Answers answers = Wrong.answers(fault, task, before, GemmTask::answers);
    for (int i = 0; i < d.length; i++) {
      d[i] = Float.intBitsToFloat(answers.at(i));
    }
  }
}
