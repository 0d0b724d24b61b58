package io.github.fp4j.bridge.cuda;

import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.TensorScaleRule;
import io.github.fp4j.formats.block.TensorScaleRule.Direction;

/** What becomes of tensor scales in a matrix product: its alpha. */
public final class TensorScales {
  private static final float NVFP4_PEAK_SQUARED = 36f * 448 * 448;

  private TensorScales() {}

  /**
   * The factor that turns a product of codes and block scales into one of values.
   *
   * <p>Both tensors by amax: {@code amaxA * amaxB * (1 / (36 * 448 * 448))}, as TransformerEngine's recipe/nvfp4.cu:71-78 has it (for a maximum other than 448 the
   * same with that). Both by encode scales: {@code 1 / (sA * sB)}, as vLLM and FlashInfer have it. Otherwise the product of both decode scales. Float32 throughout.
   */
  public static float alpha(BlockTensor a, BlockTensor b) {
    TensorScaleRule ruleA = a.profile().tensorScale();
    TensorScaleRule ruleB = b.profile().tensorScale();
    if (ruleA.direction() == Direction.AMAX && ruleB.direction() == Direction.AMAX) {
      float peaks = ruleA.scaleMax() == 448 && ruleB.scaleMax() == 448 ? NVFP4_PEAK_SQUARED : 36 * ruleA.scaleMax() * ruleB.scaleMax();
      return a.tensorScale() * b.tensorScale() * (1 / peaks);
    }
    if (ruleA.direction() == Direction.ENCODE && ruleB.direction() == Direction.ENCODE) {
      return 1 / (a.tensorScale() * b.tensorScale());
    }
    return decodeScale(a) * decodeScale(b);
  }

  /** What a tensor's decoded elements are multiplied by. */
  private static float decodeScale(BlockTensor tensor) {
    TensorScaleRule rule = tensor.profile().tensorScale();
    float elementMax = tensor.profile().format().element().maxFinite();
    return switch (rule.direction()) {
      case NONE -> 1;
      case DECODE -> tensor.tensorScale();
      case ENCODE, AMAX -> 1 / rule.encodeScale(tensor.tensorScale(), elementMax);
    };
  }
}
