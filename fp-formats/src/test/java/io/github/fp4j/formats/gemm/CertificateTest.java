package io.github.fp4j.formats.gemm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fp4j.formats.gemm.Certificate.Exactness;
import java.util.List;
import org.junit.jupiter.api.Test;

class CertificateTest {
  private static final List<AccumulationModel> NVFP4_MODELS =
      AccumulationModels.all().stream().filter(model -> model.supports(OperandFormat.NVFP4, OperandFormat.NVFP4)).toList();

  /** Outputs by level, and how many of each had models that disagreed. */
  private static final class Tally {
    private final int[] outputs = new int[3];
    private final int[] disagreements = new int[3];

    void add(GemmOperand a, GemmOperand b, RandomCases cases, boolean withC) {
      Certificate certificate = new Certificate(a, b);
      List<Gemm> gemms = NVFP4_MODELS.stream().map(model -> Gemm.of(model, a, b)).toList();
      for (int row = 0; row < a.rows(); row++) {
        for (int column = 0; column < b.rows(); column++) {
          int c = withC ? cases.c() : 0;
          Exactness exactness = certificate.exactness(row, column, Float.intBitsToFloat(c));
          outputs[exactness.ordinal()]++;
          int first = gemms.getFirst().dot(row, column, c);
          boolean agree = true;
          for (int i = 0; i < gemms.size(); i++) {
            boolean bySingleProducts = NVFP4_MODELS.get(i) == AccumulationModels.SEQUENTIAL_FP32;
            boolean mayDiffer = bySingleProducts && exactness == Exactness.GROUPS;
            agree &= mayDiffer || gemms.get(i).dot(row, column, c) == first;
          }
          disagreements[exactness.ordinal()] += agree ? 0 : 1;
        }
      }
    }
  }

  @Test
  void everyModelAgreesOnWhatIsCertified() {
    Tally tally = new Tally();
    RandomCases cases = new RandomCases(11);
    for (int k : new int[] {64, 128, 192, 256, 512, 1024}) {
      for (int[] shape : new int[][] {{1, 1}, {3, 17}, {16, 8}, {20, 20}}) {
        for (int i = 0; i < 6; i++) {
          tally.add(cases.operand(OperandFormat.NVFP4, shape[0], k), cases.operand(OperandFormat.NVFP4, shape[1], k), cases, i % 2 == 1);
        }
      }
    }
    assertThat(tally.outputs[Exactness.GROUPS.ordinal()] + tally.outputs[Exactness.PRODUCTS.ordinal()]).as("certified").isGreaterThan(2_000);
    assertThat(tally.disagreements[Exactness.GROUPS.ordinal()]).isZero();
    assertThat(tally.disagreements[Exactness.PRODUCTS.ordinal()]).isZero();
    assertThat(tally.disagreements[Exactness.NONE.ordinal()]).as("uncertified outputs on which models differ").isGreaterThan(1_000);
  }

  /** The specification's observation: all at K up to 1024. */
  @Test
  void normalDataIsCertifiedUpTo1024() {
    for (int k : new int[] {64, 128, 256, 512, 1024}) {
      Tally tally = new Tally();
      tally.add(NvFp4Data.normal(k, 24, k), NvFp4Data.normal(k + 1, 24, k), new RandomCases(1), false);
      assertThat(tally.outputs[Exactness.NONE.ordinal()]).as("not certified at k = " + k).isZero();
      assertThat(tally.disagreements).as("disagreements at k = " + k).containsOnly(0);
    }
  }

  @Test
  void normalDataIsNoLongerCertifiedAt16384() {
    GemmOperand a = NvFp4Data.normal(1, 6, 16384);
    Certificate certificate = new Certificate(a, NvFp4Data.normal(2, 6, 16384));
    for (int i = 0; i < 36; i++) {
      assertThat(certificate.exactness(i / 6, i % 6, 0)).isEqualTo(Exactness.NONE);
    }
  }

  /** V5 and V6: one nonzero group is trivially exact, and yet devices differ by what a zero group under large scales does. */
  @Test
  void noDiscriminatorIsCertified() {
    for (Discriminator vector : Discriminators.all()) {
      Certificate certificate = new Certificate(vector.a(), vector.b());
      boolean oneAnswer = vector.expected().values().stream().distinct().count() == 1;
      assertThat(certificate.exactness(0, 0, vector.c()) != Exactness.NONE).as(vector.id()).isEqualTo(oneAnswer);
    }
  }

  @Test
  void aSumOf2To24QuantaIsTheLimit() {
    // C = 2^24 - 2 or 2^24 - 1 and one product of 1
    GemmOperand one = new GemmOperand(OperandFormat.NVFP4, 1, 64, padded(0x02, 32), ones());
    Certificate certificate = new Certificate(one, one);
    assertThat(certificate.exactness(0, 0, 0x1p24f - 2)).isEqualTo(Exactness.PRODUCTS);
    assertThat(certificate.exactness(0, 0, 0x1p24f - 1)).isEqualTo(Exactness.NONE);
    assertThat(certificate.exactness(0, 0, Float.NaN)).isEqualTo(Exactness.NONE);
    assertThat(certificate.exactness(0, 0, Float.NEGATIVE_INFINITY)).isEqualTo(Exactness.NONE);
  }

  @Test
  void cancellationInsideAGroupCertifiesGroupsOnly() {
    // 6*6 - 6*6 + .5*.5 in a group leaves 1/4; as single products they need C's last bit at 2^-2 and 72 beside it
    byte[] a = padded(0x77, 32);
    a[1] = 0x01;
    byte[] b = padded(0xF7, 32);
    b[1] = 0x01;
    GemmOperand x = new GemmOperand(OperandFormat.NVFP4, 1, 64, a, ones());
    GemmOperand y = new GemmOperand(OperandFormat.NVFP4, 1, 64, b, ones());
    float c = 0x1p22f - 64;
    assertThat(new Certificate(x, y).exactness(0, 0, c)).isEqualTo(Exactness.GROUPS);
    assertThat(new Certificate(x, y).exactness(0, 0, c - 64)).isEqualTo(Exactness.PRODUCTS);
  }

  @Test
  void operandsOfDifferentKAreRefused() {
    assertThatThrownBy(() -> new Certificate(NvFp4Data.normal(1, 1, 64), NvFp4Data.normal(1, 1, 128)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("k = 64 of A, 128 of B: expected the same");
  }

  private static byte[] padded(int first, int length) {
    byte[] bytes = new byte[length];
    bytes[0] = (byte) first;
    return bytes;
  }

  private static byte[] ones() {
    return new byte[] {0x38, 0x38, 0x38, 0x38};
  }
}
