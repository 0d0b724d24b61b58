package io.github.fp4j.conformance.diagnosis;

import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ReferenceQuantizer;
import java.util.List;
import java.util.function.ToDoubleFunction;
import java.util.function.UnaryOperator;

/** Faults in the tensor scale of a block quantiser, which is given with the matrix. */
final class TensorScaleFaults {
  /** All of them. */
  static final List<Fault<QuantizeTask>> ALL =
      List.of(
          scaled("tensor-scale-inverted", "The tensor scale is applied in the wrong direction: its reciprocal is used.", task -> task.with(1 / task.tensorScale())),
          scaled("tensor-scale-missing", "The tensor scale is not applied.", task -> task.with(unit(task.profile()))),
          scaled("tensor-scale-twice", "The tensor scale is applied twice.", task -> task.with(task.tensorScale() * task.tensorScale() / unit(task.profile()))),
          scaled(
              "tensor-scale-raw-amax", "The largest magnitude of the tensor itself is used where the tensor scale is due.", task ->
                  task.with(ReferenceQuantizer.amax(task.profile(), task.from()))),
          ofOwnAmax(
              "tensor-scale-of-own-amax", "The tensor scale that is given is ignored: it is made of the largest magnitude of the matrix.", task ->
                  ReferenceQuantizer.amax(task.profile(), task.from())),
          ofOwnAmax(
              "tensor-scale-nan-swallowed", "The tensor scale is made of the largest magnitude of the matrix, in which NaNs do not count.", task ->
                  ReferenceQuantizer.amax(droppingNan(task.profile()), task.from())),
          ofOwnAmax(
              "tensor-scale-nan-kept", "The tensor scale is made of the largest magnitude of the matrix, which a NaN makes NaN.", task ->
                  ReferenceQuantizer.amax(keepingNan(task.profile()), task.from())),
          ofOwnAmax(
              "tensor-scale-of-first-row", "The tensor scale is made of the largest magnitude of the first row.", task ->
                  ReferenceQuantizer.amax(task.profile(), task.from().rowRange(0, 1))),
          Fault.of("tensor-scale-of-row", "Each row has a tensor scale of its own, made of its largest magnitude.", TensorScaleFaults::rowByRow));

  private TensorScaleFaults() {}

  /** The tensor scale that changes nothing. */
  static float unit(QuantizationProfile profile) {
    return profile.tensorScaleOf(profile.tensorScale().scaleMax() * profile.format().element().maxFinite());
  }

  private static QuantizationProfile keepingNan(QuantizationProfile profile) {
    return profile.keepsNanInAmax() ? profile : ProfileChange.otherNan(profile);
  }

  private static QuantizationProfile droppingNan(QuantizationProfile profile) {
    return profile.keepsNanInAmax() ? ProfileChange.otherNan(profile) : profile;
  }

  private static Fault<QuantizeTask> ofOwnAmax(String id, String sentence, ToDoubleFunction<QuantizeTask> amax) {
    return scaled(id, sentence, task -> task.with(task.profile().tensorScaleOf((float) amax.applyAsDouble(task))));
  }

  private static Fault<QuantizeTask> scaled(String id, String sentence, UnaryOperator<QuantizeTask> change) {
    return Fault.of(id, sentence, task -> {
      requireTensorScale(task);
      return change.apply(task).answers();
    });
  }

  private static void requireTensorScale(QuantizeTask task) {
    if (!task.profile().format().hasTensorScale()) {
      throw new IllegalArgumentException("no tensor scale");
    }
  }

  private static Answers rowByRow(QuantizeTask task) {
    requireTensorScale(task);
    float[] scales = new float[task.rows()];
    for (int row = 0; row < scales.length; row++) {
      scales[row] = task.profile().tensorScaleOf(BlockChange.magnitude(task, row, 0, task.storedColumns()));
    }
    return BlockChange.answers(task, row -> scales[row]);
  }
}
