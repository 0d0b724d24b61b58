package io.github.fp4j.formats.codebook;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.zip.CRC32;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.FloatRange;
import org.junit.jupiter.api.Test;

class CodebookTest {

  @Test
  void signedDynamicMapHasTheBitsOfTheAuthors() { // optimizer-states-4bit.md, "Codebooks"
    int[] upper = {0x3bb43958, 0x3d051eb9, 0x3d9eb852, 0x3e599999, bits(.4375f), 0x3f29999a, 0x3f633333, bits(1)};
    int[] lower = {0xbf633333, 0xbf29999a, bits(-.4375f), 0xbe599999, 0xbd9eb852, 0xbd051eb9, 0xbbb43958, 0};
    for (int i = 0; i < 8; i++) {
      assertThat(bits(Codebook.SIGNED_DYNAMIC_4.value(i))).as("code %s", i).isEqualTo(lower[i]);
      assertThat(bits(Codebook.SIGNED_DYNAMIC_4.value(8 + i))).as("code %s", 8 + i).isEqualTo(upper[i]);
    }
  }

  @Test
  void unsignedDynamicMapHasTheBitsOfTheAuthors() {
    int[] expected = {
      0, 0x3b54fdf4, 0x3bfdf3b5, 0x3cae147b, 0x3d333333, 0x3d87ae15, 0x3db5c28f, bits(.15625f),
      0x3e89999a, 0x3ec33333, 0x3efccccd, 0x3f1b3334, bits(.71875f), 0x3f54cccc, 0x3f71999a, bits(1)
    };
    for (int i = 0; i < 16; i++) {
      assertThat(bits(Codebook.UNSIGNED_DYNAMIC_4.value(i))).as("code %s", i).isEqualTo(expected[i]);
    }
  }

  @Test
  void linearMapCountsSixteenthsWithoutZero() {
    for (int i = 0; i < 16; i++) {
      assertThat(Codebook.LINEAR_4.value(i)).isEqualTo((i + 1) / 16f);
    }
    assertThat(Codebook.LINEAR_4.zeroCode()).isZero();
  }

  @Test
  void eightBitMapsHaveTheValuesOfTorch() { // checksums of the values that torch 2.10's linspace and bitsandbytes' formula give
    assertThat(crc(Codebook.SIGNED_DYNAMIC_8)).isEqualTo(0x1b137aebL);
    assertThat(crc(Codebook.UNSIGNED_DYNAMIC_8)).isEqualTo(0xe871278fL);
    assertThat(Codebook.SIGNED_DYNAMIC_8.value(127)).isZero();
    assertThat(Codebook.SIGNED_DYNAMIC_8.value(255)).isEqualTo(1);
    assertThat(bits(Codebook.SIGNED_DYNAMIC_8.value(0))).isEqualTo(0xbf7e3333);
    assertThat(bits(Codebook.UNSIGNED_DYNAMIC_8.value(254))).isEqualTo(0x3f7f199a);
  }

  @Test
  void valuesAscend() {
    for (Codebook codebook : Codebook.all()) {
      for (int i = 1; i < codebook.size(); i++) {
        assertThat(codebook.value(i)).as("%s code %s", codebook, i).isGreaterThan(codebook.value(i - 1));
      }
    }
  }

  @Test
  void signedGolden() { // optimizer-states-4bit.md, "Rounding and packing"
    float[] x = {-1, -.95f, -.55f, -.775f, -.005f, 0, .002f, .00275f, .0028f, .1f, .5f, .55f, .77500004f, .94f, .95f, 1};
    int[] expected = {0, 0, 1, 0, 6, 7, 7, 7, 8, 10, 12, 12, 14, 14, 15, 15};
    assertThat(codes(Codebook.SIGNED_DYNAMIC_4, x)).containsExactly(expected);
    byte[] packed = new byte[8];
    Codebook.SIGNED_DYNAMIC_4.encode(x, 0, packed, 0, 16);
    assertThat(packed).asHexString().isEqualTo("00017677A8CCEEFF");
  }

  @Test
  void linearGolden() {
    float[] x = {0, 1e-9f, .03f, .0625f, .09375f, .0938f, .5f, .53125f, .97f, 1};
    assertThat(codes(Codebook.LINEAR_4, x)).containsExactly(0, 0, 0, 0, 0, 1, 7, 7, 15, 15);
  }

  @Test
  void tiesGoToTheLowerCode() {
    int cases = 0;
    for (Codebook codebook : Codebook.all()) {
      for (int i = 0; i < codebook.size() - 1; i++, cases++) {
        float tie = codebook.midpoint(i);
        assertThat(codebook.encode(tie)).as("%s, %s", codebook, tie).isEqualTo(i);
        assertThat(codebook.encode(Math.nextUp(tie))).as("%s above %s", codebook, tie).isEqualTo(i + 1);
      }
    }
    assertThat(cases).isEqualTo(3 * 15 + 2 * 255);
  }

  @Test
  void outOfRangeSaturatesAndNanIsCodeZero() {
    for (Codebook codebook : Codebook.all()) {
      assertThat(codebook.encode(Float.POSITIVE_INFINITY)).isEqualTo(codebook.size() - 1);
      assertThat(codebook.encode(Float.NEGATIVE_INFINITY)).isZero();
      assertThat(codebook.encode(Float.NaN)).isZero();
    }
  }

  @Test
  void everyValueAndEveryCodeRoundTrips() {
    for (Codebook codebook : Codebook.all()) {
      for (int code = 0; code < codebook.size(); code++) {
        assertThat(codebook.encode(codebook.value(code))).isEqualTo(code);
        assertThat(codebook.encodeStochastic(codebook.value(code), -1)).isEqualTo(code);
        assertThat(codebook.encodeStochastic(codebook.value(code), 0)).isEqualTo(code);
      }
    }
  }

  @Test
  void stochasticRoundsUpAsOftenAsTheValueLies() {
    float x = .5f; // between .4375 and .6625: 27.8 %
    int up = 0;
    for (int i = 0; i < 1 << 16; i++) {
      int code = Codebook.SIGNED_DYNAMIC_4.encodeStochastic(x, i << 16);
      assertThat(code).isBetween(12, 13);
      up += code - 12;
    }
    double fraction = (.5 - Codebook.SIGNED_DYNAMIC_4.value(12)) / ((double) Codebook.SIGNED_DYNAMIC_4.value(13) - Codebook.SIGNED_DYNAMIC_4.value(12));
    assertThat(up).isEqualTo((int) Math.ceil(fraction * (1 << 16)));
  }

  @Property
  void encodingFindsANearestValue(@ForAll @FloatRange(min = -2, max = 2) float x) {
    for (Codebook codebook : Codebook.all()) {
      double distance = Math.abs((double) codebook.value(codebook.encode(x)) - x);
      for (int code = 0; code < codebook.size(); code++) {
        assertThat(distance).isLessThanOrEqualTo(Math.abs((double) codebook.value(code) - x) + 1e-7);
      }
    }
  }

  @Test
  void zeroBlockIsZeroCodeAndZeroScale() { // "Zero is code 7: a zeroed byte is 0x77"
    BlockwiseCodebook blocks = new BlockwiseCodebook(Codebook.SIGNED_DYNAMIC_4, 128);
    byte[] packed = new byte[65];
    float[] scales = {9, 9};
    blocks.encode(new float[129], 0, 129, packed, 0, scales, 0);
    assertThat(packed).containsOnly(0x77);
    assertThat(scales).containsExactly(0, 0);
  }

  @Test
  void negativeBlockMaximumShrinks() { // "a negative block maximum decodes to .8875 of itself"
    BlockwiseCodebook blocks = new BlockwiseCodebook(Codebook.SIGNED_DYNAMIC_4, 2);
    float[] x = {-4, 1, 8, -1, 3};
    byte[] packed = new byte[3];
    float[] scales = new float[3];
    blocks.encode(x, 0, 5, packed, 0, scales, 0);
    float[] back = new float[5];
    blocks.decode(packed, 0, scales, 0, back, 0, 5);
    assertThat(scales).containsExactly(4, 8, 3);
    assertThat(back[0]).isEqualTo(-.8875f * 4);
    assertThat(back[2]).isEqualTo(8);
    assertThat(packed[2]).isEqualTo((byte) 0x7F);
  }

  @Test
  void rankOneGolden() { // [[1,2,4],[8,1,.5]]: "scale [[4,2,4],[8,2,4]], codes [[3,15,15],[15,7,1]], decodes exactly"
    float[] x = {1, 2, 4, 8, 1, .5f};
    RankOneScales rankOne = new RankOneScales(2, 3);
    rankOne.collect(x, 0, 6, 0);
    float[] scales = new float[6];
    rankOne.scales(scales, 0, 6, 0);
    assertThat(scales).containsExactly(4, 2, 4, 8, 2, 4);
    int[] expected = {3, 15, 15, 15, 7, 1};
    for (int i = 0; i < 6; i++) {
      int code = Codebook.LINEAR_4.encode(x[i] / scales[i]);
      assertThat(code).isEqualTo(expected[i]);
      assertThat(Codebook.LINEAR_4.value(code) * scales[i]).isEqualTo(x[i]);
    }
  }

  @Test
  void rankOneOfThreeDimensionsInPieces() {
    float[] x = new float[2 * 3 * 5];
    for (int i = 0; i < x.length; i++) {
      x[i] = (float) Math.sin(i * 7 + 1);
    }
    RankOneScales rankOne = new RankOneScales(2, 3, 5);
    for (int from = 0; from < 30; from += 4) {
      rankOne.collect(x, from, Math.min(4, 30 - from), from);
    }
    float[] scales = new float[30];
    for (int from = 0; from < 30; from += 7) {
      rankOne.scales(scales, from, Math.min(7, 30 - from), from);
    }
    for (int i = 0; i < 30; i++) {
      float smallest = Float.POSITIVE_INFINITY;
      for (int d = 0; d < 3; d++) {
        float largest = 0;
        for (int j = 0; j < 30; j++) {
          if (index(j, d) == index(i, d)) {
            largest = Math.max(largest, Math.abs(x[j]));
          }
        }
        smallest = Math.min(smallest, largest);
      }
      assertThat(scales[i]).as("element %s", i).isEqualTo(smallest).isGreaterThanOrEqualTo(Math.abs(x[i]));
    }
  }

  private static int index(int element, int dimension) {
    return dimension == 2 ? element % 5 : dimension == 1 ? element / 5 % 3 : element / 15;
  }

  @Test
  void errorsNameWhatIsWrong() {
    assertThatThrownBy(() -> new BlockwiseCodebook(Codebook.LINEAR_4, 7)).hasMessageStartingWith("blockSize = 7");
    assertThatThrownBy(() -> new RankOneScales(4)).hasMessageStartingWith("shape = [4]");
    assertThatThrownBy(() -> Codebook.LINEAR_4.encode(new float[3], 0, new byte[1], 0, 3)).isInstanceOf(IndexOutOfBoundsException.class);
  }

  private static int[] codes(Codebook codebook, float[] x) {
    int[] codes = new int[x.length];
    for (int i = 0; i < x.length; i++) {
      codes[i] = codebook.encode(x[i]);
    }
    return codes;
  }

  private static int bits(float x) {
    return Float.floatToRawIntBits(x);
  }

  private static long crc(Codebook codebook) {
    CRC32 crc = new CRC32();
    for (int i = 0; i < codebook.size(); i++) {
      int bits = bits(codebook.value(i));
      for (int shift = 0; shift < 32; shift += 8) {
        crc.update(bits >>> shift);
      }
    }
    return crc.getValue();
  }
}
