package io.github.fp4j.conformance.subject;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.conformance.suite.BlockInput;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ReferenceQuantizer;
import java.util.ArrayList;
import java.util.List;

/**
 * How a peer's quantiser differs from NVIDIA's rule on one kind of input. NVIDIA's tensor scale is the one that changes nothing, because the peers' blocks have none:
 * both rules then see the same numbers.
 *
 * @param peer the peer's name
 * @param profile the peer's own rule
 * @param rival NVIDIA's
 * @param input the kind of input
 * @param scales how many block scales were compared
 * @param scalesDiffer how many of them the peer chose otherwise
 * @param codes how many elements were compared
 * @param codesDiffer how many of them have another code; the code of -0 counts as another than that of +0
 * @param unlikeOwnProfile how many scales and codes differ from the peer's own rule, which should be none
 */
public record RivalDifference(
    String peer, String profile, String rival, String input, int scales, int scalesDiffer, int codes, int codesDiffer, int unlikeOwnProfile) {
  private static final int SIDE = 128;

  /** The differences of every peer among {@code subjects} that is here. */
  public static List<RivalDifference> among(List<Backend> subjects) {
    List<RivalDifference> differences = new ArrayList<>();
    for (Backend subject : subjects) {
      if (subject instanceof Peer peer && peer.blocks().isPresent()) {
        peer.rivals().forEach((own, rival) -> compare(peer, own, rival, differences));
      }
    }
    return differences;
  }

  private static void compare(Peer peer, QuantizationProfile own, QuantizationProfile rival, List<RivalDifference> differences) {
    BlockKernels kernels = peer.blocks().orElseThrow();
    for (BlockInput input : BlockInput.values()) {
      FloatRows from = FloatRows.of(input.values(SIDE, SIDE, SIDE), SIDE, SIDE);
      BlockRows theirs = BlockRows.allocate(own.format(), SIDE, SIDE);
      kernels.quantize(own, 1, from, theirs);
      BlockTensor actual = tensor(own, theirs);
      BlockTensor expected = quantized(own, from);
      BlockTensor nvidias = quantized(rival, from);
      differences.add(
          new RivalDifference(
              peer.name(), own.id(), rival.id(), input.label(), theirs.scales().length, scalesDiffer(actual, nvidias), SIDE * SIDE,
              codesDiffer(actual, nvidias), scalesDiffer(actual, expected) + codesDiffer(actual, expected)));
    }
  }

  private static BlockTensor quantized(QuantizationProfile profile, FloatRows from) {
    BlockRows to = BlockRows.allocate(profile.format(), SIDE, SIDE);
    ReferenceQuantizer.quantize(profile, Blocking.ROWS, BlockInput.unitTensorScale(profile), from, to);
    return tensor(profile, to);
  }

  private static BlockTensor tensor(QuantizationProfile profile, BlockRows rows) {
    return new BlockTensor(profile, SIDE, SIDE, rows.codes(), rows.scales(), BlockInput.unitTensorScale(profile));
  }

  private static int scalesDiffer(BlockTensor a, BlockTensor b) {
    int differ = 0;
    for (int i = 0; i < a.scales().length; i++) {
      differ += a.scales()[i] == b.scales()[i] ? 0 : 1;
    }
    return differ;
  }

  private static int codesDiffer(BlockTensor a, BlockTensor b) {
    int differ = 0;
    for (int row = 0; row < SIDE; row++) {
      for (int column = 0; column < SIDE; column++) {
        differ += a.code(row, column) == b.code(row, column) ? 0 : 1;
      }
    }
    return differ;
  }
}
