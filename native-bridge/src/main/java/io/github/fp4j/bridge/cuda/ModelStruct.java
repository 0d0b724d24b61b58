package io.github.fp4j.bridge.cuda;

import static java.lang.foreign.ValueLayout.JAVA_INT;

import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.AccumulationModel.Alignment;
import io.github.fp4j.formats.gemm.AccumulationModel.Cut;
import io.github.fp4j.formats.gemm.AccumulationModel.Stage;
import io.github.fp4j.formats.gemm.AccumulationModel.Step;
import io.github.fp4j.formats.gemm.AccumulationModel.ZeroTerms;
import io.github.fp4j.formats.gemm.AccumulatorType;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** An accumulation model as {@code fp4j::AccumulationModel} of dot_product.cuh: six int32. */
final class ModelStruct {
  static final int BYTES = 6 * Integer.BYTES;

  private static final int FUSED_GROUPS = 0;
  private static final int TWO_STAGE_GROUPS = 1;
  private static final int FUSED_PRODUCTS = 2;
  private static final int EXACT = 3;
  private static final int SEQUENTIAL_PRODUCTS = 4;
  private static final int SEQUENTIAL_GROUPS = 5;

  private ModelStruct() {}

  /** The struct; empty for a model of another family than the device code has. */
  static Optional<int[]> of(AccumulationModel model) {
    int family = family(model);
    if (family < 0 || model.output().type() != AccumulatorType.FP32) {
      return Optional.empty();
    }
    Step step = model.step();
    boolean aligned = step.alignment() != Alignment.EXACT;
    int zeroIgnored = aligned && step.alignment() == Alignment.FACTORS && step.zeroTerms() == ZeroTerms.IGNORED ? 1 : 0;
    return Optional.of(
        new int[] {
          family, step.fractionBits(), model.addend().fractionBits(), step.cut() == Cut.FLOOR ? 1 : 0, zeroIgnored, model.output().nearest() ? 1 : 0
        });
  }

  /** Writes it. */
  static void write(int[] fields, MemorySegment target) {
    for (int i = 0; i < fields.length; i++) {
      target.setAtIndex(JAVA_INT, i, fields[i]);
    }
  }

  private static int family(AccumulationModel model) {
    Step step = model.step();
    boolean exact = step.alignment() == Alignment.EXACT;
    Stage stage = model.addend().stage();
    if (exact && stage == Stage.FUSED) {
      return step.products() == AccumulationModel.ALL_OF_K ? EXACT : step.products() == 1 ? SEQUENTIAL_PRODUCTS : -1;
    }
    if (exact) {
      return step.products() == 16 && stage == Stage.AFTER_K ? SEQUENTIAL_GROUPS : -1;
    }
    if (step.products() == 64 && step.group() == 16) {
      return step.alignment() == Alignment.FACTORS && stage == Stage.FUSED
          ? FUSED_GROUPS
          : step.alignment() == Alignment.NORMALISED && stage == Stage.AFTER_STEP ? TWO_STAGE_GROUPS : -1;
    }
    return step.products() == 32 && step.group() == 1 && step.alignment() == Alignment.FACTORS && stage == Stage.FUSED ? FUSED_PRODUCTS : -1;
  }
}
