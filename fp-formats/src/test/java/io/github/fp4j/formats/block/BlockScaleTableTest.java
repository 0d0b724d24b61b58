package io.github.fp4j.formats.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.fp4j.formats.E4m3;
import io.github.fp4j.formats.FloatFormat;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Table 3 of the implementation survey: eleven pairs of block and tensor maxima where the scale formulas part. */
class BlockScaleTableTest {
  private static final List<QuantizationProfile> F1_TO_F6 =
      List.of(Profiles.TE_2_15, Profiles.TE_2_14, Profiles.TE_2_8, Profiles.TORCHAO, Profiles.MODELOPT, Profiles.CUBLASLT_D);

  @ParameterizedTest
  @CsvSource({
    "3ec83850, 40c150da, 5f 5e 5e 5e 5f 5e, 29.000001105",
    "3ebd9c1e, 3ffcd028, 6b 6a 6a 6a 6a 6b, 84.000000000",
    "3f87d4b9, 40482c04, 71 71 72 71 72 71, 151.999990243",
    "3e056327, 3e0a53dd, 7e 7e 7e 7d 7e 7e, 431.999980586",
    "3ee2758a, 403a7ee9, 69 69 69 69 68 69, 68.000006218",
    "3f8e2e66, 403d9332, 73 73 73 73 73 72, 168.000009015",
    "3faf0000, 40c40000, 6d 6c 6d 6c 6c 6c, 100",
    "3e910000, 3f8c0000, 6f 6e 6f 6e 6e 6e, 116",
    "3cdd0000, 3eb60000, 60 60 61 60 60 60, 34",
    "3fa20000, 41580000, 63 62 62 62 62 62, 42",
    "3f2b0000, 3fe40000, 72 72 72 72 73 72, 168"
  })
  void everyFormulaGivesItsByte(String blockBits, String tensorBits, String bytes, double exact) {
    float blockAmax = Float.intBitsToFloat(Integer.parseUnsignedInt(blockBits, 16));
    float tensorAmax = Float.intBitsToFloat(Integer.parseUnsignedInt(tensorBits, 16));
    StringBuilder codes = new StringBuilder();
    for (QuantizationProfile profile : F1_TO_F6) {
      codes.append("%02x ".formatted(ReferenceQuantizer.scaleCode(profile, blockAmax, profile.tensorScaleOf(tensorAmax))));
    }
    assertThat(codes.toString().strip()).isEqualTo(bytes);
    assertThat((double) blockAmax * 448 / tensorAmax).isCloseTo(exact, within(1e-9));
  }

  @Test
  void theBf16RowsAreTiesWhoseRightByteIsNotAlwaysF1s() {
    int[][] rows = {
      {0x3faf0000, 0x40c40000, 0x6c}, {0x3e910000, 0x3f8c0000, 0x6e}, {0x3cdd0000, 0x3eb60000, 0x60}, {0x3fa20000, 0x41580000, 0x62}, {0x3f2b0000, 0x3fe40000, 0x72}
    };
    int rightlyRounded = 0;
    for (int[] row : rows) {
      float blockAmax = Float.intBitsToFloat(row[0]);
      float tensorAmax = Float.intBitsToFloat(row[1]);
      double exact = (double) blockAmax * 448 / tensorAmax; // exact: the quotient is a short binary fraction
      assertThat(E4m3.encode(exact)).isEqualTo(row[2]);
      rightlyRounded += ReferenceQuantizer.scaleCode(Profiles.TE_2_15, blockAmax, tensorAmax) == row[2] ? 1 : 0;
    }
    assertThat(rightlyRounded).isEqualTo(2);
  }

  /** "Scale-byte mismatches versus F1": of 20 M bf16 pairs 21025, 20128, 29958, 31483 and 20585 for F2 to F6; 32842 of 2 M for F7. */
  @Test
  void howManyBytesOfAHundredThousandDifferFromF1s() {
    QuantizationProfile f7 = Profiles.COMPRESSED_TENSORS.with(Profiles.COMPRESSED_TENSORS.blockScale().in(FloatFormat.BF16));
    List<QuantizationProfile> rivals = new ArrayList<>(F1_TO_F6.subList(1, 6));
    rivals.add(f7);
    double[] shares = {21025 / 20e6, 20128 / 20e6, 29958 / 20e6, 31483 / 20e6, 20585 / 20e6, 32842 / 2e6};
    BlockInputs.Bits bits = new BlockInputs.Bits(7);
    int pairs = 100_000;
    int[] different = new int[rivals.size()];
    for (int i = 0; i < pairs; i++) {
      float tensorAmax = BlockInputs.bf16(Math.scalb(1 + (float) bits.uniform(), bits.below(4) - 1));
      float blockAmax = BlockInputs.bf16(tensorAmax * (float) bits.uniform());
      int f1 = ReferenceQuantizer.scaleCode(Profiles.TE_2_15, blockAmax, tensorAmax);
      for (int r = 0; r < different.length; r++) {
        QuantizationProfile rival = rivals.get(r);
        different[r] += ReferenceQuantizer.scaleCode(rival, blockAmax, rival.tensorScaleOf(tensorAmax)) != f1 ? 1 : 0;
      }
    }
    for (int r = 0; r < different.length; r++) {
      assertThat((double) different[r] / pairs).as(rivals.get(r).id()).isCloseTo(shares[r], within(r == 5 ? 0.002 : 0.0006));
    }
  }

  @Test
  void theSharedFormulasShareTheirBytes() { // "who" column: F1 flashinfer exact, F2 4-over-6 (maximum 448 here) and compressed-tensors
    for (int i = 0; i < 2000; i++) {
      BlockInputs.Bits bits = new BlockInputs.Bits(i);
      float tensorAmax = BlockInputs.bf16(Math.abs(bits.gaussian()) + 1);
      float blockAmax = BlockInputs.bf16(tensorAmax * (float) bits.uniform());
      float encode = Profiles.FLASHINFER_EXACT.tensorScaleOf(tensorAmax);
      int f1 = ReferenceQuantizer.scaleCode(Profiles.TE_2_15, blockAmax, tensorAmax);
      int f2 = ReferenceQuantizer.scaleCode(Profiles.TE_2_14, blockAmax, tensorAmax);
      assertThat(ReferenceQuantizer.scaleCode(Profiles.FLASHINFER_EXACT, blockAmax, encode)).isEqualTo(f1);
      assertThat(ReferenceQuantizer.scaleCode(Profiles.COMPRESSED_TENSORS, blockAmax, encode)).isEqualTo(f2);
    }
  }
}
