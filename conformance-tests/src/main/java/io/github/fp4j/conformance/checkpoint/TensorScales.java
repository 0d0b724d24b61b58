package io.github.fp4j.conformance.checkpoint;

import io.github.fp4j.conformance.tensorfile.TensorScaleDirection;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.TensorScaleRule.Direction;

/** A tensor scale as a profile stores it, and as a file layout does: one may be the other's reciprocal. */
final class TensorScales {
  private TensorScales() {}

  /** What goes into the file for a tensor whose scale the profile gives as {@code stored}. Equal directions keep the bits. */
  static float toFile(QuantizationProfile profile, float stored, TensorScaleDirection direction) {
    Direction own = profile.tensorScale().direction();
    float full = profile.tensorScale().scaleMax() * profile.format().element().maxFinite();
    return switch (own) {
      case NONE -> 1;
      case AMAX -> direction == TensorScaleDirection.ENCODE ? full / stored : stored / full;
      case ENCODE -> direction == TensorScaleDirection.ENCODE ? stored : 1 / stored;
      case DECODE -> direction == TensorScaleDirection.ENCODE ? 1 / stored : stored;
    };
  }

  /** What the profile takes for a scale that a file holds as {@code value}. */
  static float fromFile(QuantizationProfile profile, float value, TensorScaleDirection direction) {
    Direction own = profile.tensorScale().direction();
    boolean encode = direction == TensorScaleDirection.ENCODE;
    float full = profile.tensorScale().scaleMax() * profile.format().element().maxFinite();
    return switch (own) {
      case NONE -> 1;
      case AMAX -> encode ? full / value : value * full;
      case ENCODE -> encode ? value : 1 / value;
      case DECODE -> encode ? 1 / value : value;
    };
  }
}
