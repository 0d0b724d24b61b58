package io.github.fp4j.formats.block;

import static io.github.fp4j.formats.block.BlockQuantizations.REFERENCE;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.formats.ReferenceCodec;
import java.util.Arrays;
import java.util.List;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.constraints.IntRange;

/** What holds for every profile, or for those named. A row has 128 elements: eight NVFP4 blocks, four MXFP4 blocks, two of ggml's structs. */
class BlockPropertiesTest {
  private static final int COLUMNS = 128;

  @Provide
  Arbitrary<float[]> rows() {
    Arbitrary<Float> normal = Arbitraries.floats().between(-8, 8);
    Arbitrary<Float> coarse = Arbitraries.integers().between(-24, 24).map(i -> i / 4f);
    return Arbitraries.oneOf(normal, coarse).array(float[].class).ofSize(COLUMNS);
  }

  @Provide
  Arbitrary<QuantizationProfile> profiles() {
    return Arbitraries.of(Profiles.all().stream().filter(QuantizationProfile::isCpuExact).toList());
  }

  private static BlockTensor quantize(QuantizationProfile profile, float[] row, float tensorScale) {
    BlockRows to = BlockRows.allocate(profile.format(), 1, row.length);
    REFERENCE.quantize(profile, tensorScale, FloatRows.of(row, 1, row.length), to);
    return new BlockTensor(profile, 1, row.length, to.codes(), to.scales(), tensorScale);
  }

  /**
   * In units of the block's largest value: half a step of the largest binade is 1/6; a scale that is rounded up by 1/16 stretches it, and one that maps the largest
   * value to 4 makes it 1/4 of that value at most; a power-of-two scale that puts the largest value in [4, 8) clips a quarter.
   */
  @Property(tries = 150)
  void errorsAreBounded(@ForAll("profiles") QuantizationProfile profile, @ForAll("rows") float[] row) {
    row[0] = 8; // blocks of less than 1 are left out: their scales come near those of E4M3 that are subnormal
    BlockTensor tensor = quantize(profile, row, profile.tensorScaleOf(8));
    float[] restored = tensor.dequantize();
    int size = profile.format().blockSize();
    boolean powers = profile.format().scale().mantissaBits() == 0;
    for (int block = 0; block < COLUMNS; block += size) {
      float amax = REFERENCE.amax(profile, new FloatRows(row, block, size, 1, size));
      if (amax < 1) {
        continue;
      }
      double bound = powers || profile.id().startsWith("fp4-all") ? 0.2501 : profile == Profiles.TE_4_OVER_6 ? 0.27 : 0.1875;
      for (int i = block; i < block + size; i++) {
        assertThat((double) Math.abs(restored[i] - row[i])).as("%s: element %d of a block of %s", row[i], i - block, amax).isLessThanOrEqualTo(bound * amax);
      }
    }
  }

  @Property(tries = 100)
  void powersOfTwoScaleThrough(@ForAll("profiles") QuantizationProfile profile, @ForAll("rows") float[] row, @ForAll @IntRange(min = -20, max = 20) int power) {
    row[0] = 8;
    float[] scaled = row.clone();
    for (int i = 0; i < row.length; i++) {
      row[i] = Math.abs(row[i]) < 0x1p-10f ? 0 : row[i];
      scaled[i] = Math.scalb(row[i], power);
    }
    BlockTensor plain = BlockQuantizations.quantizeRow(profile, row);
    BlockTensor other = BlockQuantizations.quantizeRow(profile, scaled);
    if (profile.format().hasTensorScale()) {
      assertThat(other.codes()).isEqualTo(plain.codes());
      assertThat(other.scales()).isEqualTo(plain.scales());
    } else if (profile.format().scale().mantissaBits() == 0 && !usesFloatLogarithm(profile)) {
      assertThat(other.codes()).isEqualTo(plain.codes());
      for (int i = 0; i < plain.scales().length; i++) {
        if (REFERENCE.amax(profile, new FloatRows(row, i * 32, 32, 1, 32)) > 0) {
          assertThat(other.scaleCode(0, i * 32) - plain.scaleCode(0, i * 32)).isEqualTo(power);
        }
      }
    }
  }

  private static boolean usesFloatLogarithm(QuantizationProfile profile) {
    return switch (profile.blockScale().formula()) {
      case EXPONENT_FLOOR_LOG2F, EXPONENT_FLOOR_LOG2F_WRAPPED, EXPONENT_OF_MULTIPLIER -> true;
      default -> false;
    };
  }

  @Example
  void theFloatLogarithmIsNotScaleInvariant() {
    float[] row = new float[32];
    row[0] = Math.nextDown(Math.nextDown(2f)); // below 2 the logarithm is right, below 2^100 it is not
    float[] scaled = {Math.scalb(row[0], 99)};
    int low = BlockQuantizations.quantizeRow(Profiles.GGML_MXFP4, row).scaleCode(0, 0);
    row[0] = scaled[0];
    assertThat(BlockQuantizations.quantizeRow(Profiles.GGML_MXFP4, row).scaleCode(0, 0)).isEqualTo(low + 100);
  }

  @Property(tries = 100)
  void blocksDoNotKnowOfEachOther(@ForAll("profiles") QuantizationProfile profile, @ForAll("rows") float[] row, @ForAll @IntRange(min = 1, max = 3) int rotation) {
    float[] rotated = new float[COLUMNS];
    int shift = rotation * 32;
    for (int i = 0; i < COLUMNS; i++) {
      rotated[(i + shift) % COLUMNS] = row[i];
    }
    BlockTensor plain = BlockQuantizations.quantizeRow(profile, row);
    BlockTensor other = BlockQuantizations.quantizeRow(profile, rotated);
    assertThat(other.tensorScale()).isEqualTo(plain.tensorScale());
    for (int i = 0; i < COLUMNS; i++) {
      assertThat(other.code(0, (i + shift) % COLUMNS)).isEqualTo(plain.code(0, i));
      assertThat(other.scaleCode(0, (i + shift) % COLUMNS)).isEqualTo(plain.scaleCode(0, i));
    }
  }

  /** A power-of-two rule that looks at the exponent of the largest value reproduces its own output: rounding up cannot leave [4, 6]. */
  @Property(tries = 100)
  void exponentRulesAreIdempotent(@ForAll("rows") float[] row) {
    for (QuantizationProfile profile : List.of(Profiles.OCP_MX, Profiles.TORCHAO_MX_FLOOR, Profiles.GFLOAT)) {
      float[] once = BlockQuantizations.quantizeRow(profile, row).dequantize();
      float[] twice = BlockQuantizations.quantizeRow(profile, once).dequantize();
      assertThat(twice).as(profile.id()).isEqualTo(once);
    }
  }

  @Example
  void e4m3ScalesAreNotIdempotent() { // the largest of a block comes back as 6 * s or less; a block whose largest code is 4 gets another scale
    int changed = 0;
    for (int seed = 0; seed < 64; seed++) {
      float[] row = BlockInputs.GAUSSIAN.values(seed, COLUMNS);
      float[] once = BlockQuantizations.quantizeRow(Profiles.FP4_ALL_THE_WAY_240, row).dequantize();
      float[] twice = BlockQuantizations.quantizeRow(Profiles.FP4_ALL_THE_WAY_240, once).dequantize();
      changed += Arrays.equals(once, twice) ? 0 : 1;
    }
    assertThat(changed).isPositive();
  }

  @Property(tries = 100)
  void theRestoredValueIsCodeTimesScale(@ForAll("profiles") QuantizationProfile profile, @ForAll("rows") float[] row) {
    row[0] = 8;
    BlockTensor tensor = BlockQuantizations.quantizeRow(profile, row);
    float[] restored = tensor.dequantize();
    TensorScaleRule rule = profile.tensorScale();
    double tensorFactor =
        switch (rule.direction()) {
          case NONE -> 1;
          case AMAX -> (double) tensor.tensorScale() / (6 * rule.scaleMax());
          case ENCODE -> 1 / (double) tensor.tensorScale();
          case DECODE -> tensor.tensorScale();
        };
    for (int i = 0; i < COLUMNS; i++) {
      double scale = ReferenceCodec.decodeDouble(profile.format().scale(), tensor.scaleCode(0, i));
      boolean encodes = profile.dequantize() == DequantizeFormula.DIVIDE_BY_ENCODE_SCALE;
      double expected = ReferenceCodec.decodeDouble(profile.format().element(), tensor.code(0, i)) * (encodes ? 1 / scale : scale) * tensorFactor;
      assertThat((double) restored[i]).isBetween(expected - Math.abs(expected) * 0x1p-21 - 0x1p-140, expected + Math.abs(expected) * 0x1p-21 + 0x1p-140);
    }
  }
}
