package io.github.fp4j.conformance.diagnosis;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.gemm.Epilogue;
import io.github.fp4j.formats.gemm.GemmOperand;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Smaller products: fewer rows, fewer k64 steps, blocks of zeros, zero elements, ones, scales of one, no C. */
final class GemmShrinking {
  private static final int STEP = 64;
  private static final int ONE = 2;

  private final GemmTask task;
  private final List<Supplier<GemmTask>> smaller = new ArrayList<>();

  private GemmShrinking(GemmTask task) {
    this.task = task;
  }

  static Stream<GemmTask> of(GemmTask task) {
    if (task.a().format().storedBits() != 4 || task.a().format().block() == 0) {
      return Stream.empty();
    }
    GemmShrinking shrinking = new GemmShrinking(task);
    shrinking.collect();
    return shrinking.smaller.stream().map(Supplier::get);
  }

  private void collect() {
    rows(task.rows(), true);
    rows(task.columns(), false);
    steps();
    if (task.c() != null) {
      smaller.add(() -> task.epilogue().beta() == 0 ? task.with((float[]) null) : task.with(new Epilogue(task.epilogue().alpha(), 0, task.epilogue().combination(), task.epilogue().output())));
    }
    if (task.bias() != null) {
      smaller.add(() -> task.withBias(null));
    }
    blocks();
    operand(true);
    operand(false);
  }

  private void rows(int count, boolean ofA) {
    if (count > 1) {
      for (int[] kept : halves(count)) {
        smaller.add(() -> withRows(kept, ofA));
      }
      for (int row = 0; count > 2 && row < count; row++) {
        int left = row;
        smaller.add(() -> withRows(IntStream.range(0, count).filter(other -> other != left).toArray(), ofA));
      }
    }
  }

  private static List<int[]> halves(int count) {
    return List.of(IntStream.range(0, count / 2).toArray(), IntStream.range(count / 2, count).toArray());
  }

  private GemmTask withRows(int[] kept, boolean ofA) {
    GemmTask fewer = task.with(ofA ? rows(task.a(), kept) : task.a(), ofA ? task.b() : rows(task.b(), kept));
    float[] bias = task.bias();
    if (bias != null && ofA) {
      float[] fewerBias = new float[kept.length];
      for (int row = 0; row < kept.length; row++) {
        fewerBias[row] = bias[kept[row]];
      }
      fewer = fewer.withBias(fewerBias);
    }
    float[] c = task.c();
    if (c == null) {
      return fewer;
    }
    float[] fewerC = new float[fewer.rows() * fewer.columns()];
    for (int i = 0; i < fewerC.length; i++) {
      int row = i / fewer.columns();
      int column = i % fewer.columns();
      fewerC[i] = c[(ofA ? kept[row] : row) * task.columns() + (ofA ? column : kept[column])];
    }
    return fewer.with(fewerC);
  }

  private static GemmOperand rows(GemmOperand operand, int[] kept) {
    int codes = operand.codes().length / operand.rows();
    int scales = operand.scales().length / operand.rows();
    byte[] keptCodes = new byte[kept.length * codes];
    byte[] keptScales = new byte[kept.length * scales];
    for (int i = 0; i < kept.length; i++) {
      System.arraycopy(operand.codes(), kept[i] * codes, keptCodes, i * codes, codes);
      System.arraycopy(operand.scales(), kept[i] * scales, keptScales, i * scales, scales);
    }
    return new GemmOperand(operand.format(), kept.length, operand.k(), keptCodes, keptScales);
  }

  private void steps() {
    int steps = task.a().k() / STEP;
    int perStep = STEP / task.a().format().block();
    if (task.a().k() % STEP != 0 || steps == 1) {
      return;
    }
    for (int[] kept : halves(steps)) {
      int[] blocks = Arrays.stream(kept).flatMap(step -> IntStream.range(step * perStep, (step + 1) * perStep)).toArray();
      smaller.add(() -> task.with(OperandChange.blocks(task.a(), blocks), OperandChange.blocks(task.b(), blocks)));
    }
  }

  /** Blocks of K that are zero in neither operand, to zero in both. */
  private void blocks() {
    int size = task.a().format().block();
    for (int from = 0; from < task.a().k(); from += size) {
      int start = from;
      if (hasElements(task.a(), start, size) || hasElements(task.b(), start, size)) {
        smaller.add(() -> task.with(OperandChange.zeroed(task.a(), start, start + size), OperandChange.zeroed(task.b(), start, start + size)));
      }
    }
  }

  private static boolean hasElements(GemmOperand operand, int from, int length) {
    return IntStream.range(0, operand.rows() * length).anyMatch(i -> operand.code(i / length, from + i % length) != 0);
  }

  private void operand(boolean ofA) {
    GemmOperand operand = ofA ? task.a() : task.b();
    int elements = operand.rows() * operand.k();
    for (int i = 0; i < elements; i++) {
      int at = i;
      int code = operand.code(i / operand.k(), i % operand.k());
      for (int simpler : code == 0 ? new int[0] : code == ONE ? new int[] {0} : new int[] {0, ONE}) {
        smaller.add(() -> changed(ofA, element(operand, at, simpler)));
      }
    }
    int one = operand.format().scale() == FloatFormat.UE8M0 ? 0x7F : 0x38;
    for (int i = 0; i < operand.scales().length; i++) {
      int at = i;
      if ((operand.scales()[i] & 0xFF) != one) {
        smaller.add(() -> {
          byte[] scales = operand.scales().clone();
          scales[at] = (byte) one;
          return changed(ofA, OperandChange.withScales(operand, scales));
        });
      }
    }
  }

  private GemmTask changed(boolean ofA, GemmOperand operand) {
    return task.with(ofA ? operand : task.a(), ofA ? task.b() : operand);
  }

  private static GemmOperand element(GemmOperand operand, int at, int code) {
    return OperandChange.codes(operand, i -> i == at ? code : operand.code(i / operand.k(), i % operand.k()));
  }
}
