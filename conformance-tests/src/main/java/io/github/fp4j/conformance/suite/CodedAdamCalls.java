package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.CodedAdam;
import io.github.fp4j.backend.CodedAdam.Moment;
import io.github.fp4j.formats.codebook.BlockwiseCodebook;
import io.github.fp4j.formats.codebook.Codebook;
import java.util.ArrayList;
import java.util.List;

/**
 * Calls of Adam's update on moments in codes: the published pair of codebooks at every length, kind of input and block size, every pair at one size. The
 * reference, which has no such kernel, decodes, updates and encodes in turn.
 */
final class CodedAdamCalls {
  private static final int[] BLOCK_SIZES = {2, 16, 64, 128, 256, 4096};
  private static final int[] LENGTHS = {1, 127, 128, 1000, 4096, 4099};

  private CodedAdamCalls() {}

  static List<OptimizerCall> all() {
    List<OptimizerCall> calls = new ArrayList<>();
    for (boolean lerp : new boolean[] {false, true}) {
      for (int size : BLOCK_SIZES) {
        for (OptimizerInput input : OptimizerInput.values()) {
          for (int length : OptimizerCalls.lengths()) {
            if (length % 8 == input.ordinal() || size == 128) {
              calls.add(updated(Codebook.SIGNED_DYNAMIC_4, Codebook.LINEAR_4, size, lerp, input, length, calls.size()));
            }
          }
        }
      }
      for (Codebook first : Codebook.all()) {
        for (Codebook second : Codebook.all()) {
          for (int length : LENGTHS) {
            calls.add(updated(first, second, 128, lerp, OptimizerInput.NUMBERS, length, calls.size()));
          }
        }
      }
    }
    return calls;
  }

  private static OptimizerCall updated(Codebook first, Codebook second, int size, boolean lerp, OptimizerInput input, int length, int seed) {
    BlockwiseCodebook firstFormat = new BlockwiseCodebook(first, size);
    BlockwiseCodebook secondFormat = new BlockwiseCodebook(second, size);
    int total = size + length; // the first block is not updated
    long cases = 2L * (length + 3) + bytes(firstFormat, total) + bytes(secondFormat, total) + 2L * (firstFormat.blocks(total) + 1);
    return new OptimizerCall(
        "%s and %s in blocks of %d, %s, %s, length %d".formatted(first, second, size, lerp ? "lerp" : "blend", AskedConversions.kebab(input), length),
        cases,
        kernels -> {
          float[] p = OptimizerInput.NUMBERS.values(length + 3, seed + 1);
          float[] g = input.values(length + 3, seed);
          Moment m = moment(firstFormat, OptimizerInput.NUMBERS.values(total, seed + 2));
          Moment v = moment(secondFormat, OptimizerInput.NUMBERS.magnitudes(total, seed + 3));
          AdamCoefficients c = OptimizerCalls.coefficients(input, seed, lerp);
          kernels.codedAdam().orElseGet(() -> CodedAdam.inTurn(kernels)).adam(c, p, 1, g, 2, m, v, size, length);
          return new OptimizerAnswer()
              .add("parameters", p)
              .add("gradient", g)
              .add("first codes", m.packed())
              .add("first scales", m.scales())
              .add("second codes", v.packed())
              .add("second scales", v.scales());
        });
  }

  private static int bytes(BlockwiseCodebook format, int length) {
    return format.codebook().bytes(length) + 1;
  }

  /** With a byte and a scale behind it that nobody may touch. */
  private static Moment moment(BlockwiseCodebook format, float[] values) {
    byte[] packed = new byte[bytes(format, values.length)];
    float[] scales = OptimizerCalls.poisoned(format.blocks(values.length) + 1);
    packed[packed.length - 1] = (byte) 0xA5;
    format.encode(values, 0, values.length, packed, 0, scales, 0);
    return new Moment(format, packed, scales);
  }
}
