package io.github.fp4j.conformance.diagnosis;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ReferenceQuantizer;
import io.github.fp4j.formats.block.ScaleSearch;
import java.util.function.IntToDoubleFunction;

/** Quantisation with the largest magnitude of a block, its scale or the tensor's taken from elsewhere. */
final class BlockChange {
  private BlockChange() {}

  /** What a faulty quantiser takes for the largest magnitude of a block. */
  @FunctionalInterface
  interface Amax {
    float of(QuantizeTask task, int row, int firstColumn);
  }

  /** Scales from {@code amax}, codes as the profile has them under those scales. */
  static Answers answers(QuantizeTask task, Amax amax) {
    return answers(task, amax, row -> task.tensorScale());
  }

  /** Each row under a tensor scale of its own. */
  static Answers answers(QuantizeTask task, IntToDoubleFunction tensorScales) {
    int size = task.profile().format().blockSize();
    return answers(task, (one, row, first) -> magnitude(one, row, first, size), tensorScales);
  }

  private static Answers answers(QuantizeTask task, Amax amax, IntToDoubleFunction tensorScales) {
    QuantizationProfile profile = task.profile();
    if (task.stochastic() != null || task.blocking() == Blocking.TILES || profile.blockScale().search() != ScaleSearch.NONE) {
      throw new IllegalArgumentException("only along rows or columns, and without a search");
    }
    int size = profile.format().blockSize();
    int[] scales = new int[task.scales()];
    for (int i = 0; i < scales.length; i++) {
      int row = i / task.blocksInRow();
      scales[i] = ReferenceQuantizer.scaleCode(profile, amax.of(task, row, i % task.blocksInRow() * size), (float) tensorScales.applyAsDouble(row));
    }
    return output -> {
      if (output < scales.length) {
        return scales[output];
      }
      int row = task.row(output);
      int column = (output - scales.length) % task.storedColumns();
      return ReferenceQuantizer.elementCode(profile, task.element(row, column), scales[row * task.blocksInRow() + column / size], (float) tensorScales.applyAsDouble(row));
    };
  }

  /** The largest magnitude of {@code count} elements, NaNs as the profile has them. */
  static float magnitude(QuantizeTask task, int row, int first, int count) {
    float amax = 0;
    for (int i = first; i < first + count; i++) {
      float one = Math.abs(task.element(row, i));
      if (Float.isNaN(one) && task.profile().keepsNanInAmax()) {
        return Float.NaN;
      }
      amax = one > amax ? one : amax;
    }
    return amax;
  }

  /** The largest element, negative ones not counting. */
  static float signed(QuantizeTask task, int row, int first) {
    float largest = 0;
    for (int i = first; i < first + task.profile().format().blockSize(); i++) {
      float one = task.element(row, i);
      if (Float.isNaN(one) && task.profile().keepsNanInAmax()) {
        return Float.NaN;
      }
      largest = one > largest ? one : largest;
    }
    return largest;
  }

  /** The largest magnitude, cut to bf16. */
  static float inBf16(QuantizeTask task, int row, int first) {
    return GemmResultFaults.through(FloatFormat.BF16, magnitude(task, row, first, task.profile().format().blockSize()));
  }
}
