package io.github.fp4j.conformance.diagnosis;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.Hadamard;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.UnaryOperator;

/**
 * A Hadamard transform of consecutive groups; outputs are float32 bits. A NaN must be a NaN, no matter which.
 *
 * @param name what it is, for reports
 * @param transform the transform
 * @param values whole groups, one after another
 */
public record HadamardTask(String name, Hadamard transform, float[] values) implements Task<HadamardTask> {
  private static final List<Fault<HadamardTask>> FAULTS = catalogue();

  /** The values as the transform has them. */
  public Answers answers() {
    return answers(transformed(transform, values));
  }

  @Override
  public int[] right() {
    float[] right = transformed(transform, values);
    int[] bits = new int[right.length];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(right[i]));
    return bits;
  }

  private static float[] transformed(Hadamard transform, float[] values) {
    float[] transformed = values.clone();
    transform.apply(transformed, 0, transformed.length);
    return transformed;
  }

  private static Answers answers(float[] values) {
    return i -> Float.floatToRawIntBits(values[i]);
  }

  /** All faults that are known. */
  public static List<Fault<HadamardTask>> all() {
    return FAULTS;
  }

  @Override
  public List<Fault<HadamardTask>> faults() {
    return FAULTS;
  }

  @Override
  public boolean same(int one, int other) {
    return one == other || Float.isNaN(Float.intBitsToFloat(one)) && Float.isNaN(Float.intBitsToFloat(other));
  }

  @Override
  public String place(int output) {
    return "group %d, element %d".formatted(output / transform.size(), output % transform.size());
  }

  @Override
  public List<String> details(int output, int right, int actual) {
    return List.of("must be %s, is %s".formatted(GemmTask.text(right), GemmTask.text(actual)));
  }

  @Override
  public List<Trait> traits() {
    return List.of(Trait.single("elements of a group", i -> i % transform.size()));
  }

  private static Fault<HadamardTask> other(String id, String sentence, UnaryOperator<Hadamard> change) {
    return Fault.of(id, sentence, task -> {
      Hadamard other = change.apply(task.transform);
      if (other.equals(task.transform) || task.values.length % other.size() != 0) {
        throw new IllegalArgumentException("the transform itself");
      }
      return answers(transformed(other, task.values));
    });
  }

  /** Changes values before or after: {@code plain} has no final rounding. */
  private static Hadamard unrounded(Hadamard transform) {
    return new Hadamard(transform.size(), transform.signs(), null);
  }

  /** The same of half the size, with the signs of the first half; a pair has none. */
  private static Hadamard halved(Hadamard transform) {
    int half = transform.size() / 2;
    return half < Hadamard.LEAST_SIZE ? transform : new Hadamard(half, transform.signs().subList(0, Math.ceilDiv(half, Long.SIZE)), transform.rounding());
  }

  private static List<Fault<HadamardTask>> catalogue() {
    List<Fault<HadamardTask>> faults = new ArrayList<>();
    faults.add(other("signs-ignored", "The sign vector is not applied.", t -> new Hadamard(t.size(), Collections.nCopies(t.signs().size(), 0L), t.rounding())));
    faults.add(
        other(
            "signs-reversed", "The sign vector is applied in reverse order.",
            t -> t.size() > 64 ? t : new Hadamard(t.size(), List.of(Long.reverse(t.signs().getFirst()) >>> 64 - t.size()), t.rounding())));
    faults.add(other("not-rounded", "The result is not rounded to bf16.", HadamardTask::unrounded));
    faults.add(other("rounded-to-bf16", "The result is rounded to bf16.", t -> new Hadamard(t.size(), t.signs(), FloatFormat.BF16)));
    faults.add(other("half-the-size", "Groups are transformed in halves.", HadamardTask::halved));
    faults.add(other("twice-the-size", "Two groups are transformed as one.", t -> t.size() > 32 ? t : new Hadamard(t.size() * 2, t.signs(), t.rounding())));
    faults.add(Fault.of("signs-last", "Signs are applied after the butterflies: this is the inverse.", task -> {
      float[] values = task.values.clone();
      task.transform.applyInverse(values, 0, values.length);
      return answers(values);
    }));
    faults.add(Fault.of("not-normalised", "The result is not multiplied by 1/sqrt(n).", task -> factor(task, 1 / task.transform.factor())));
    faults.add(Fault.of("normalised-twice", "The result is divided by n, not by sqrt(n).", task -> factor(task, task.transform.factor())));
    faults.add(Fault.of("not-transformed", "Values are left as they were.", task -> answers(task.values)));
    faults.add(Fault.of("order-reversed", "The elements of each group come out in bit-reversed order.", task -> {
      Answers right = task.answers();
      int bits = Integer.numberOfTrailingZeros(task.transform.size());
      return i -> right.at(i / task.transform.size() * task.transform.size() + (Integer.reverse(i % task.transform.size()) >>> 32 - bits));
    }));
    return List.copyOf(faults);
  }

  private static Answers factor(HadamardTask task, float factor) {
    float[] values = transformed(unrounded(task.transform), task.values);
    for (int i = 0; i < values.length; i++) {
      values[i] *= factor;
      values[i] = task.transform.rounding() == null ? values[i] : GemmResultFaults.through(task.transform.rounding(), values[i]);
    }
    return answers(values);
  }
}
