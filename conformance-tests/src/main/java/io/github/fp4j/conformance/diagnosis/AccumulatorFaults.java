package io.github.fp4j.conformance.diagnosis;

import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.AccumulationModel.Addend;
import io.github.fp4j.formats.gemm.AccumulationModel.Alignment;
import io.github.fp4j.formats.gemm.AccumulationModel.Output;
import io.github.fp4j.formats.gemm.AccumulationModel.Step;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.stream.IntStream;

/** Other accumulators: those of the catalogue, other widths, other roundings, other orders over K. */
final class AccumulatorFaults {
  private static final int STEP = 64;
  private static final int NARROWEST = 20;
  private static final int WIDEST = 45;

  /** Those of FP4 products. */
  static final List<Fault<GemmTask>> ALL = all();

  /** Accumulators that take no FP4. */
  static final List<Fault<GemmTask>> OF_OTHER_FORMATS =
      AccumulationModels.all().stream().filter(model -> !takesFp4(model)).map(AccumulatorFaults::published).toList();

  private AccumulatorFaults() {}

  private static List<Fault<GemmTask>> all() {
    List<Fault<GemmTask>> faults = new ArrayList<>();
    AccumulationModels.all().stream().filter(AccumulatorFaults::takesFp4).map(AccumulatorFaults::published).forEach(faults::add);
    faults.add(
        under("result-nearest", "Each step is rounded to nearest even instead of toward zero.", task -> with(task.model(), new Output(task.model().output().type(), true))));
    faults.add(
        under("result-truncated", "Each step is cut toward zero instead of rounded to nearest even.", task -> with(task.model(), new Output(task.model().output().type(), false))));
    faults.add(
        under("c-after-k", "C is added to the finished product and that sum rounded, instead of being the first addend.", task -> {
          AccumulationModel model = task.model();
          return new AccumulationModel(model.id(), model.version(), model.source(), model.operands(), model.step(), Addend.AFTER_K, model.output());
        }));
    for (int bits = NARROWEST; bits <= WIDEST; bits++) {
      int fractionBits = bits;
      if (AccumulationModels.all().stream().anyMatch(model -> takesFp4(model) && model.step().fractionBits() == fractionBits && model.addend().equals(Addend.FUSED))) {
        continue;
      }
      faults.add(under("fraction-bits-" + bits, "The accumulator keeps " + bits + " fraction bits, no published number.", task -> withFractionBits(task, fractionBits)));
    }
    for (int parts : new int[] {2, 4}) {
      faults.add(
          Fault.of("split-k-" + parts, "K is split into " + parts + " parts whose sums are added in float32, nearest even.", task -> splitK(task, parts)));
    }
    faults.add(Fault.of("k-descending", "The k64 steps are taken in descending order.", AccumulatorFaults::descending));
    return List.copyOf(faults);
  }

  private static boolean takesFp4(AccumulationModel model) {
    return model.operands().contains(OperandFormat.NVFP4) || model.operands().contains(OperandFormat.MXFP4);
  }

  private static Fault<GemmTask> published(AccumulationModel model) {
    return under("accumulator-" + model.id(), "The accumulator is " + model.id() + " (" + model.source() + ").", task -> {
      requireOther(task, model);
      return model;
    });
  }

  private static Fault<GemmTask> under(String id, String sentence, Function<GemmTask, AccumulationModel> model) {
    return Fault.of(id, sentence, task -> task.with(model.apply(task)).answers());
  }

  private static void requireOther(GemmTask task, AccumulationModel model) {
    if (model.equals(task.model()) || model.output().type() != task.model().output().type()) {
      throw new IllegalArgumentException("the model itself, or one with other results");
    }
  }

  private static AccumulationModel with(AccumulationModel model, Output output) {
    if (output.equals(model.output())) {
      throw new IllegalArgumentException("the model itself");
    }
    return new AccumulationModel(model.id(), model.version(), model.source(), model.operands(), model.step(), model.addend(), output);
  }

  private static AccumulationModel withFractionBits(GemmTask task, int bits) {
    AccumulationModel model = task.model();
    Step step = model.step();
    Step other = step.alignment() == Alignment.EXACT ? step : new Step(step.products(), step.group(), step.alignment(), bits, step.cut(), step.zeroTerms());
    if (other.equals(step) || model.addend().stage() == AccumulationModel.Stage.AFTER_STEP) {
      throw new IllegalArgumentException("the model itself, or one with two stages");
    }
    return new AccumulationModel(model.id(), model.version(), model.source(), model.operands(), other, model.addend(), model.output());
  }

  private static Answers splitK(GemmTask task, int parts) {
    int steps = task.a().k() / STEP;
    if (task.a().k() % STEP != 0 || steps % parts != 0 || task.a().format().block() == 0) {
      throw new IllegalArgumentException("K = " + task.a().k() + " does not split");
    }
    List<Answers> sums = new ArrayList<>();
    for (int part = 0; part < parts; part++) {
      int first = part * steps / parts;
      int end = (part + 1) * steps / parts;
      GemmTask piece = task.with(steps(task.a(), first, end), steps(task.b(), first, end));
      sums.add((part == 0 ? piece : piece.with((float[]) null)).answers());
    }
    return i -> {
      float sum = 0;
      for (Answers part : sums) {
        sum += Float.intBitsToFloat(part.at(i));
      }
      return Float.isNaN(sum) ? task.model().output().type().nan() : Float.floatToRawIntBits(sum + 0f);
    };
  }

  private static Answers descending(GemmTask task) {
    int steps = task.a().k() / STEP;
    if (task.a().k() % STEP != 0 || steps == 1 || task.a().format().block() == 0) {
      throw new IllegalArgumentException("one step");
    }
    int perStep = STEP / task.a().format().block();
    int blocks = steps * perStep;
    int[] reversed = IntStream.range(0, blocks).map(block -> (steps - 1 - block / perStep) * perStep + block % perStep).toArray();
    return task.with(OperandChange.blocks(task.a(), reversed), OperandChange.blocks(task.b(), reversed)).answers();
  }

  private static GemmOperand steps(GemmOperand operand, int first, int end) {
    int perStep = STEP / operand.format().block();
    return OperandChange.blocks(operand, IntStream.range(first * perStep, end * perStep).toArray());
  }
}
