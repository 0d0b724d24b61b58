package io.github.fp4j.conformance.diagnosis;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.FloatRows;
import java.util.List;
import java.util.function.Function;

/** The faults of the search for a tensor's largest magnitude. */
final class AmaxFaults {
  private static final List<Fault<AmaxTask>> ALL =
      List.of(
          fault("amax-signed", "The largest element is taken for the largest magnitude: negative elements do not count.", AmaxFaults::signed),
          fault("amax-nan-other", "A NaN is treated the other way: it is dropped where it must be kept, or kept where it does not count.", task ->
              task.with(ProfileChange.otherNan(task.profile())).amax()),
          fault("amax-restarts-at-nan", "A NaN throws away what was found before it: a comparison that NaN fails takes the next element.", AmaxFaults::restarting),
          fault("amax-infinity-ignored", "Infinities do not count.", AmaxFaults::finite),
          fault("amax-in-bf16", "The largest magnitude is rounded to bf16.", task -> GemmResultFaults.through(FloatFormat.BF16, task.amax())),
          fault("amax-in-fp16", "The largest magnitude is rounded to fp16.", task -> GemmResultFaults.through(FloatFormat.FP16, task.amax())),
          fault("amax-subnormal-flushed", "A subnormal largest magnitude becomes zero.", task -> task.amax() < Float.MIN_NORMAL ? 0 : task.amax()),
          fault("amax-of-first-row", "Only the first row counts.", task -> rows(task, 0, 1)),
          fault("amax-of-last-row", "Only the last row counts: each row overwrites what was found before.", task -> rows(task, task.from().rows() - 1, 1)),
          fault("amax-without-last-row", "The last row does not count.", task -> rows(task, 0, task.from().rows() - 1)),
          fault("amax-without-last-column", "The last column does not count.", task -> columns(task, task.from().columns() - 1)),
          fault("amax-of-whole-blocks", "The columns behind the last whole block of a row do not count.", task -> {
            int size = task.profile().format().blockSize();
            return columns(task, task.from().columns() / size * size);
          }),
          fault("amax-among-rows", "What lies between the rows in memory counts too: the stride is taken for the number of columns.", task -> {
            FloatRows from = task.from();
            int length = (from.rows() - 1) * from.stride() + from.columns();
            return task.with(new FloatRows(from.values(), from.offset(), length, 1, length)).amax();
          }),
          fault("amax-is-tensor-scale", "The tensor scale comes back in place of the largest magnitude.", task -> task.profile().tensorScaleOf(task.amax())),
          fault("amax-over-element-max", "The largest magnitude comes back divided by the largest element of the format.", task ->
              task.amax() / task.profile().format().element().maxFinite()),
          fault("amax-zero", "Zero comes back.", task -> 0f));

  private AmaxFaults() {}

  static List<Fault<AmaxTask>> all() {
    return ALL;
  }

  private static Fault<AmaxTask> fault(String id, String sentence, Function<AmaxTask, Float> amax) {
    return Fault.of(id, sentence, task -> {
      int bits = Float.floatToRawIntBits(amax.apply(task));
      return output -> bits;
    });
  }

  private static float signed(AmaxTask task) {
    float largest = 0;
    for (int i = 0; i < task.elements(); i++) {
      float one = task.element(i);
      if (Float.isNaN(one) && task.profile().keepsNanInAmax()) {
        return Float.NaN;
      }
      largest = one > largest ? one : largest;
    }
    return largest;
  }

  private static float restarting(AmaxTask task) {
    float largest = 0;
    for (int i = 0; i < task.elements(); i++) {
      float magnitude = Math.abs(task.element(i));
      largest = largest > magnitude ? largest : magnitude;
    }
    return largest;
  }

  private static float finite(AmaxTask task) {
    float largest = 0;
    for (int i = 0; i < task.elements(); i++) {
      float magnitude = Math.abs(task.element(i));
      if (Float.isNaN(magnitude) && task.profile().keepsNanInAmax()) {
        return Float.NaN;
      }
      largest = magnitude > largest && magnitude < Float.POSITIVE_INFINITY ? magnitude : largest;
    }
    return largest;
  }

  private static float rows(AmaxTask task, int first, int count) {
    return count < 1 ? 0 : task.with(task.from().rowRange(first, count)).amax();
  }

  private static float columns(AmaxTask task, int count) {
    return count < 1 ? 0 : task.with(task.from().columnRange(0, count)).amax();
  }
}
