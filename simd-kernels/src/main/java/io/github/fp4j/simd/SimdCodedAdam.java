package io.github.fp4j.simd;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.ArrayRanges;
import io.github.fp4j.backend.CodedAdam;
import io.github.fp4j.formats.codebook.BlockwiseCodebook;
import io.github.fp4j.simd.SimdOptimizers.Workspace;

/**
 * {@link CodedAdam} at 512 bits, in pieces that stay in the first cache: whole blocks of 4-bit codes on vectors are decoded while they are updated, all else is
 * decoded, updated and encoded in turn.
 */
final class SimdCodedAdam implements CodedAdam {
  static final int BITS = 512;

  /** Elements from decoding to encoding, or one larger block: a multiple of every block size below it. */
  private static final int PIECE = 1024;

  private final SimdOptimizers kernels;
  private final CodedAdamUpdate[] updates;

  SimdCodedAdam(SimdOptimizers kernels) {
    this.kernels = kernels;
    updates =
        AdamUpdate.Form.all().stream()
            .map(form -> PerWidth.instance(CodedAdamUpdate.class, CodedAdamUpdateBody.class, BITS, form))
            .toArray(CodedAdamUpdate[]::new);
  }

  @Override
  public void adam(
      AdamCoefficients c,
      float[] parameters,
      int parametersOffset,
      float[] gradient,
      int gradientOffset,
      Moment first,
      Moment second,
      int from,
      int length) {
    CodedAdam.check(first, second, from, length);
    ArrayRanges.check(parameters, parametersOffset, gradient, gradientOffset, length);
    int size = first.format().blockSize();
    boolean areOnVectors = kernels.isOnVectors(size) && first.format().codebook().bits() == 4 && second.format().codebook().bits() == 4;
    int end = areOnVectors ? length - length % size : 0;
    int piece = Math.max(PIECE, size);
    Workspace workspace = kernels.workspace();
    for (int done = 0; done < end; done += piece) {
      int count = Math.min(piece, end - done);
      updateBlocks(workspace, c, parameters, parametersOffset + done, gradient, gradientOffset + done, first, second, from + done, count);
    }
    for (int done = end; done < length; done += piece) {
      int count = Math.min(piece, length - done);
      updateInTurn(workspace, c, parameters, parametersOffset + done, gradient, gradientOffset + done, first, second, from + done, count);
    }
  }

  private void updateBlocks(
      Workspace workspace,
      AdamCoefficients c,
      float[] parameters,
      int parametersOffset,
      float[] gradient,
      int gradientOffset,
      Moment first,
      Moment second,
      int from,
      int length) {
    float[] firstValues = SimdOptimizers.table(first.format().codebook()).values;
    float[] secondValues = SimdOptimizers.table(second.format().codebook()).values;
    int block = from / first.format().blockSize();
    CodedAdamUpdate update = updates[AdamUpdate.Form.number(c)];
    update.adam(
        c, parameters, parametersOffset, gradient, gradientOffset, firstValues, first, secondValues, second, block, workspace.first, workspace.second, length);
    kernels.encodeBlocks(workspace, first.format(), workspace.first, length, first.packed(), from / 2, first.scales(), block);
    kernels.encodeBlocks(workspace, second.format(), workspace.second, length, second.packed(), from / 2, second.scales(), block);
  }

  private void updateInTurn(
      Workspace workspace,
      AdamCoefficients c,
      float[] parameters,
      int parametersOffset,
      float[] gradient,
      int gradientOffset,
      Moment first,
      Moment second,
      int from,
      int length) {
    decode(first, from, workspace.first, length);
    decode(second, from, workspace.second, length);
    kernels.adam(c, parameters, parametersOffset, gradient, gradientOffset, workspace.first, 0, workspace.second, 0, length);
    encode(first, from, workspace.first, length);
    encode(second, from, workspace.second, length);
  }

  private void decode(Moment moment, int from, float[] values, int length) {
    BlockwiseCodebook format = moment.format();
    kernels.decode(format, moment.packed(), format.codebook().bytes(from), moment.scales(), from / format.blockSize(), values, 0, length);
  }

  private void encode(Moment moment, int from, float[] values, int length) {
    BlockwiseCodebook format = moment.format();
    kernels.encode(format, values, 0, length, moment.packed(), format.codebook().bytes(from), moment.scales(), from / format.blockSize());
  }
}
