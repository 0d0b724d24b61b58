package io.github.fp4j.simd;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.CodedAdam;

/** The first half of {@link CodedAdam} on whole blocks with moments in 4 bits. Decoding runs beside the update's square roots and divisions. */
interface CodedAdamUpdate {

  /** Elements in a turn: every block size here is a multiple of it. */
  int TURN = 64;

  /**
   * Decodes both moments and updates; what comes out of the moments is left in {@code m} and {@code v} from index 0, and their blocks' largest magnitudes as the
   * new scales. Codes stay as they were.
   *
   * @param firstValues of the first moment's codebook
   * @param secondValues of the second moment's codebook
   * @param block index of the first block
   * @param length whole blocks, each of whole turns
   */
  void adam(
      AdamCoefficients c,
      float[] parameters,
      int parametersOffset,
      float[] gradient,
      int gradientOffset,
      float[] firstValues,
      CodedAdam.Moment first,
      float[] secondValues,
      CodedAdam.Moment second,
      int block,
      float[] m,
      float[] v,
      int length);
}
