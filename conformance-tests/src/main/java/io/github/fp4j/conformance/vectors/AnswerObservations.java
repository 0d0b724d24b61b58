package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.diagnosis.DecodeTask;
import io.github.fp4j.conformance.diagnosis.EncodeTask;
import io.github.fp4j.conformance.diagnosis.GemmTask;
import io.github.fp4j.conformance.diagnosis.LayoutTask;
import io.github.fp4j.conformance.diagnosis.Observation;
import io.github.fp4j.conformance.diagnosis.QuantizeTask;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.suite.AskedConversions;
import io.github.fp4j.conformance.tensorfile.DataType;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.Epilogue;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.IntUnaryOperator;

/** Answers as tasks with outcomes, so that known faults can be tried on them: single conversions gathered by their rule, layouts by their two bytes. */
final class AnswerObservations {

  private record Answered(VectorCase asked, List<Tensor> answer) {}

  private final Tally tally;
  private final Map<String, List<Answered>> gathered = new LinkedHashMap<>();

  AnswerObservations(Tally tally) {
    this.tally = tally;
  }

  /** Takes an answer. */
  void add(long firstCase, VectorCase asked, List<Tensor> answer) {
    switch (asked.question().operation()) {
      case ENCODE, DECODE, SWIZZLE -> gathered.computeIfAbsent(asked.question().words(), words -> new ArrayList<>()).add(new Answered(asked, answer));
      case QUANTIZE -> tally.observe(firstCase, quantized(asked, answer));
      case GEMM, EPILOGUE -> product(firstCase, asked, answer);
    }
  }

  /** Hands on what was gathered. */
  void end() {
    long firstCase = 0;
    for (List<Answered> group : gathered.values()) {
      Question question = group.getFirst().asked.question();
      switch (question.operation()) {
        case ENCODE -> tally.observe(firstCase++, encoded(group, question.arguments().getFirst()));
        case DECODE -> tally.observe(firstCase++, decoded(group, question.arguments().getFirst()));
        default -> layout(firstCase++, group, question.arguments());
      }
    }
    gathered.clear();
  }

  private static Observation<EncodeTask> encoded(List<Answered> group, String id) {
    Conversion conversion = AskedConversions.byId(id);
    float[] values = new float[group.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = group.get(i).asked.question().input("values").toFloats()[0];
    }
    return Observation.whole(EncodeTask.of("encode " + id, conversion, values), bits(group, true), bits(group, false), null);
  }

  private static Observation<DecodeTask> decoded(List<Answered> group, String format) {
    int[] codes = group.stream().mapToInt(one -> one.asked.question().input("codes").toBytes()[0] & 0xFF).toArray();
    return Observation.whole(new DecodeTask("decode " + format, Operation.format(format), codes), bits(group, true), bits(group, false), null);
  }

  private static int[] bits(List<Answered> group, boolean right) {
    return group.stream().mapToInt(one -> AnswerComparison.bits((right ? one.asked.right() : one.answer).getFirst(), 0)).toArray();
  }

  /** Numbers of two bytes: their low ones were asked for first. */
  private void layout(long firstCase, List<Answered> group, List<String> arguments) {
    if (group.size() == 2) {
      ScaleLayout layout = ScaleLayout.byName(arguments.getFirst());
      LayoutTask task = new LayoutTask(group.getFirst().asked.name(), layout, Operation.number(arguments, 1), Operation.number(arguments, 2), true);
      Answered low = group.getFirst();
      Answered high = group.getLast();
      int[] right = numbers(low.asked.right().getFirst(), high.asked.right().getFirst());
      tally.observe(firstCase, Observation.whole(task, right, numbers(low.answer.getFirst(), high.answer.getFirst()), null));
    }
  }

  private static int[] numbers(Tensor low, Tensor high) {
    return all(low, i -> AnswerComparison.bits(low, i) | AnswerComparison.bits(high, i) << 8);
  }

  private static int[] all(Tensor array, IntUnaryOperator element) {
    int[] all = new int[(int) array.elementCount()];
    for (int i = 0; i < all.length; i++) {
      all[i] = element.applyAsInt(i);
    }
    return all;
  }

  private static Observation<QuantizeTask> quantized(VectorCase asked, List<Tensor> answer) {
    QuantizationProfile profile = Profiles.byId(asked.question().arguments().getFirst());
    Tensor values = asked.question().input("values");
    int rows = (int) values.shape()[0];
    int columns = (int) values.shape()[1];
    float tensorScale = asked.question().input("tensor-scale").toFloats()[0];
    QuantizeTask task = QuantizeTask.of(asked.name(), profile, Blocking.ROWS, FloatRows.of(values.toFloats(), rows, columns), tensorScale);
    return Observation.whole(task, outputs(task, tensorScale, asked.right()), outputs(task, tensorScale, answer), null);
  }

  private static int[] outputs(QuantizeTask task, float tensorScale, List<Tensor> arrays) {
    byte[] scales = arrays.getFirst().toBytes();
    byte[] codes = arrays.getLast().toBytes();
    return task.outputs(new BlockTensor(task.profile(), task.from().rows(), task.from().columns(), codes, scales, tensorScale));
  }

  /** A product with a right answer. */
  private void product(long firstCase, VectorCase asked, List<Tensor> answer) {
    Question question = asked.question();
    boolean plain = question.operation() == Operation.GEMM;
    if (asked.judged() == null) {
      return;
    }
    Tensor bias = plain ? null : question.input("bias");
    GemmQuestion product = GemmQuestion.of(question);
    AccumulationModel claimed = asked.model();
    AccumulationModel model = claimed == null ? AccumulationModels.EXACT_RNE : claimed;
    GemmTask task =
        new GemmTask(
            asked.name(), model, claimed == null, product.a(), product.b(), product.c(), plain ? Epilogue.NONE : epilogue(question),
            bias == null || bias.elementCount() == 0 ? null : bias.toFloats());
    int[] right = floats(question, asked.right().getFirst());
    tally.observe(firstCase, new Observation<>(task, right, floats(question, answer.getFirst()), asked.judged(), null));
  }

  private static Epilogue epilogue(Question question) {
    Epilogue.Output output = Epilogue.Output.valueOf(question.arguments().getFirst().toUpperCase(Locale.ROOT));
    float alpha = question.input("alpha").toFloats()[0];
    return new Epilogue(alpha, question.input("beta").toFloats()[0], Epilogue.Combination.FUSED, output);
  }

  /** Elements of D as float32 bits. */
  private static int[] floats(Question question, Tensor d) {
    if (d.type() == DataType.F32) {
      return all(d, i -> AnswerComparison.bits(d, i));
    }
    boolean half = question.arguments().getFirst().equals("fp16");
    return all(d, i -> {
      int bits = AnswerComparison.bits(d, i);
      return half ? Float.floatToRawIntBits(Float.float16ToFloat((short) bits)) : bits << 16;
    });
  }
}
