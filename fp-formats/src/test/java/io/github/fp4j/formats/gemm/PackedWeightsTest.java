package io.github.fp4j.formats.gemm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class PackedWeightsTest {

  @Test
  void everyBitComesBackFromEveryShape() {
    RandomCases cases = new RandomCases(1);
    for (OperandFormat format : List.of(OperandFormat.NVFP4, OperandFormat.MXFP4, OperandFormat.E2M1, OperandFormat.MXFP8_E4M3, OperandFormat.E4M3)) {
      for (int[] shape : new int[][] {{0, 32}, {1, 32}, {15, 96}, {16, 64}, {17, 32}, {40, 160}}) {
        GemmOperand operand = cases.operand(format, shape[0], shape[1]);
        GemmOperand unpacked = PackedWeights.of(operand).unpacked();
        assertThat(unpacked.codes()).isEqualTo(operand.codes());
        assertThat(unpacked.scales()).isEqualTo(operand.scales());
      }
    }
    GemmOperand odd = new GemmOperand(OperandFormat.E2M1, 3, 6, new byte[] {1, 2, 3, 4, 5, 6, 7, 8, (byte) 0x9A}, new byte[0]);
    assertThat(PackedWeights.of(odd).unpacked().codes()).as("K that fills no int").isEqualTo(odd.codes());
  }

  @Test
  void theLayoutIsTheDocumentedOne() {
    RandomCases cases = new RandomCases(2);
    GemmOperand operand = cases.operand(OperandFormat.NVFP4, 37, 48);
    PackedWeights packed = PackedWeights.of(operand);
    assertThat(packed.codes()).hasSize(3 * 6 * 16);
    assertThat(packed.scales()).hasSize(3 * 3 * 16);
    assertThat(packed.bytes()).isEqualTo(48 * (24 + 3));
    for (int row = 0; row < 48; row++) {
      for (int k = 0; k < 48; k++) {
        int code = packed.codes()[(row / 16 * 6 + k / 8) * 16 + row % 16] >>> 4 * (k % 8) & 0xF;
        int scale = packed.scales()[(row / 16 * 3 + k / 16) * 16 + row % 16] & 0xFF;
        assertThat(code).isEqualTo(row < 37 ? operand.code(row, k) : 0);
        assertThat(scale).isEqualTo(row < 37 ? operand.scale(row, k) : 0);
      }
    }
  }

  @Test
  void rowsAreGatheredWithTheirScales() {
    RandomCases cases = new RandomCases(3);
    for (OperandFormat format : List.of(OperandFormat.NVFP4, OperandFormat.MXFP8_E4M3, OperandFormat.E2M1)) {
      GemmOperand operand = cases.operand(format, 40, 96);
      PackedWeights all = PackedWeights.of(operand);
      int[] numbers = {39, 0, 7, 7, 16, 15, 31, 32, 1, 2, 3, 4, 5, 6, 38, 17, 8};
      PackedWeights chosen = all.gather(numbers);
      GemmOperand unpacked = chosen.unpacked();
      for (int row = 0; row < 17; row++) {
        for (int k = 0; k < 96; k++) {
          assertThat(unpacked.code(row, k)).isEqualTo(operand.code(numbers[row], k));
          if (format.block() != 0) {
            assertThat(unpacked.scale(row, k)).isEqualTo(operand.scale(numbers[row], k));
          }
        }
      }
      PackedWeights copy = PackedWeights.of(unpacked);
      assertThatThrownBy(() -> all.gather(0, 40)).isInstanceOf(IndexOutOfBoundsException.class);
      assertThat(all.gather().rows()).isZero();
      assertThat(chosen.codes()).isEqualTo(copy.codes());
      assertThat(chosen.scales()).isEqualTo(copy.scales());
    }
  }

  @Test
  void otherElementsAreRefused() {
    GemmOperand fp8 = new GemmOperand(OperandFormat.MXFP8_E5M2, 1, 32, new byte[32], new byte[1]);
    assertThat(PackedWeights.supports(OperandFormat.MXFP8_E5M2)).isFalse();
    assertThatThrownBy(() -> PackedWeights.of(fp8))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessage("format = mxfp8-e5m2: expected e2m1 or e4m3 elements, and blocks of 16, 32 or more or none");
  }
}
