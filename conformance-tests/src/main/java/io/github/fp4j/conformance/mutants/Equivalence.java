package io.github.fp4j.conformance.mutants;

import io.github.fp4j.conformance.diagnosis.Answers;
import io.github.fp4j.conformance.diagnosis.Fault;
import io.github.fp4j.conformance.diagnosis.QuantizeTask;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.util.Map;
import java.util.Optional;

/** Mutants of quantisers that are the right implementation, and why. The reason is checked on every bf16 value under every profile. */
final class Equivalence {
  private static final String UNSIGNED = "a scale has no sign bit, and the largest magnitude that it comes from is never negative";
  private static final String SIGNED = "elements are signed: the policy for negative numbers is that of unsigned formats";
  private static final String NEAREST_PRODUCT = "only ggml rounds elements otherwise, and its search for the nearest product asks neither for ties nor for overflow";

  private static final Map<String, String> REASONS =
      Map.ofEntries(
          Map.entry("quantize/element-ties-to-even", NEAREST_PRODUCT), Map.entry("quantize/element-overflow-saturate", NEAREST_PRODUCT),
          Map.entry("quantize/element-overflow-saturate-finite", NEAREST_PRODUCT), Map.entry("quantize/element-negative-smallest", SIGNED),
          Map.entry("quantize/element-negative-nan", SIGNED), Map.entry("quantize/scale-zero-sign-drop-of-zero", UNSIGNED),
          Map.entry("quantize/scale-zero-sign-drop", UNSIGNED), Map.entry("quantize/scale-nan-signed-nan", UNSIGNED),
          Map.entry("quantize/scale-nan-negative-nan", UNSIGNED), Map.entry("quantize/scale-nan-signed-quiet-nan", UNSIGNED),
          Map.entry("quantize/scale-negative-smallest", UNSIGNED));

  private static final int COLUMNS = 64;
  private static final int VALUES = 1 << 16;

  private Equivalence() {}

  /** Why a mutant is the right implementation; empty if nobody says so, or the check refutes it. */
  static Optional<String> of(Mutant mutant) {
    return Optional.ofNullable(REASONS.get(mutant.id())).filter(reason -> mutant.subject() instanceof FaultyBlocks blocks && isRight(blocks.quantizing()));
  }

  private static boolean isRight(Fault<QuantizeTask> fault) {
    float[] values = new float[VALUES];
    for (int i = 0; i < VALUES; i++) {
      values[i] = Float.intBitsToFloat(i << 16);
    }
    FloatRows from = FloatRows.of(values, VALUES / COLUMNS, COLUMNS);
    return Profiles.all().stream().filter(QuantizationProfile::isCpuExact).allMatch(profile -> isRight(fault, profile, from));
  }

  private static boolean isRight(Fault<QuantizeTask> fault, QuantizationProfile profile, FloatRows from) {
    try {
      QuantizeTask task = QuantizeTask.of("every bf16 value", profile, Blocking.ROWS, from, profile.tensorScaleOf(2688));
      int[] right = task.right();
      Answers answers = fault.device().answers(task, new int[right.length]);
      for (int i = 0; i < right.length; i++) {
        if (answers.at(i) != right[i]) {
          return false;
        }
      }
      return true;
    } catch (IllegalArgumentException cannotOccur) {
      return true;
    }
  }
}
