package io.github.fp4j.simd;

import io.github.fp4j.simd.DequantizationPlan.Step;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Packed E2M1 codes, low nibble first, to float32, under the scales of their blocks. A decoder is made for one block size and one step. */
interface BlockDecoder {

  /**
   * With q an element's value and f the factor of its block's scale byte: {@code q * f}, {@code (q * f) * last} or {@code (q / f) * last}.
   *
   * @param length a multiple of 64
   * @param factors one for each of the 256 scale bytes
   */
  void decode(
      byte[] packed, int packedOffset, int length, byte[] scales, int scalesOffset, float[] factors, float last, float[] values, int offset);

  /**
   * What a decoder is made for.
   *
   * @param blockShift binary logarithm of the block size
   */
  record Form(int blockShift, Step step) {}

  /** The decoders of one width. */
  static Map<Form, BlockDecoder> ofWidth(int bits) {
    Map<Form, BlockDecoder> decoders = new HashMap<>();
    for (int blockShift : List.of(4, 5)) {
      for (Step step : Step.values()) {
        Form form = new Form(blockShift, step);
        decoders.put(form, PerWidth.instance(BlockDecoder.class, BlockDecoderBody.class, bits, form));
      }
    }
    return Map.copyOf(decoders);
  }
}
