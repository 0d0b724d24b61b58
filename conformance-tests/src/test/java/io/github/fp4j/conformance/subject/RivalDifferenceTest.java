package io.github.fp4j.conformance.subject;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.ReferenceBackend;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The comparison of two rules counts what differs and nothing else. */
class RivalDifferenceTest {

  /** The model of a rule, as if somebody else had written it. */
  private record ModelPeer(QuantizationProfile rule, QuantizationProfile rival) implements Peer {
    @Override
    public String name() {
      return "model";
    }

    @Override
    public String description() {
      return "the model of " + rule;
    }

    @Override
    public Availability availability() {
      return Availability.YES;
    }

    @Override
    public Optional<BlockKernels> blocks() {
      return ReferenceBackend.INSTANCE.blocks();
    }

    @Override
    public Map<QuantizationProfile, QuantizationProfile> rivals() {
      return Map.of(rule, rival);
    }
  }

  private static List<RivalDifference> compare(QuantizationProfile rule, QuantizationProfile rival) {
    return RivalDifference.among(List.<Backend>of(ReferenceBackend.INSTANCE, new ModelPeer(rule, rival)));
  }

  @Test
  void aRuleDoesNotDifferFromItself() {
    assertThat(compare(Profiles.TORCHAO_MX_RCEIL, Profiles.TORCHAO_MX_RCEIL))
        .hasSize(9)
        .allMatch(one -> one.scalesDiffer() == 0 && one.codesDiffer() == 0 && one.unlikeOwnProfile() == 0)
        .allMatch(one -> one.scales() == 128 * 4 && one.codes() == 128 * 128);
  }

  @Test
  void ggmlDropsTheSignOfZeroAndTakesTiesTowardZero() {
    List<RivalDifference> differences = compare(Profiles.GGML_NVFP4, Profiles.TE_2_15);
    assertThat(differences).allMatch(one -> one.peer().equals("model") && one.profile().equals("ggml-nvfp4") && one.rival().equals("te-2.15"));
    assertThat(differences).allMatch(one -> one.codesDiffer() > 0 && one.unlikeOwnProfile() == 0);
    assertThat(differences).filteredOn(one -> one.input().equals("ties")).allMatch(one -> one.scalesDiffer() == 0);
    assertThat(differences).filteredOn(one -> one.input().equals("gaussian-bf16")).allMatch(one -> one.scalesDiffer() > 0);
  }
}
