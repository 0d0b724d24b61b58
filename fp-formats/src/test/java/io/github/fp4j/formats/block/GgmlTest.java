package io.github.fp4j.formats.block;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.fp4j.formats.E2m1;
import io.github.fp4j.formats.FloatFormat;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** ggml's block structs: what libggml-base makes of seeded inputs, by digest, so that the test needs no ggml; and the structs' layout. */
class GgmlTest {
  private static final int ROWS = 256;
  private static final int COLUMNS = 256;

  private static BlockTensor quantize(GgmlBlocks blocks, BlockInputs inputs) {
    return BlockQuantizations.quantize(blocks.profile(), Blocking.ROWS, FloatRows.of(inputs.values(1, ROWS * COLUMNS), ROWS, COLUMNS));
  }

  private static byte[] bytes(GgmlBlocks blocks, BlockTensor tensor) {
    byte[] bytes = new byte[(int) blocks.size(tensor.rows(), tensor.columns())];
    blocks.write(tensor, bytes, 0);
    return bytes;
  }

  private static byte[] bytes(float[] values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : values) {
      bytes.putInt(Float.floatToIntBits(value));
    }
    return bytes.array();
  }

  private static String digest(byte[] bytes) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, 8);
  }

  /**
   * First eight bytes of SHA-256 of what quantize_row_mxfp4_ref, dequantize_row_mxfp4, quantize_row_nvfp4_ref and dequantize_row_nvfp4 of libggml-base (npm
   * package @node-llama-cpp/linux-x64 3.22.1) gave for 65 536 elements a class. NaNs of the dequantised floats were made canonical.
   */
  @ParameterizedTest
  @CsvSource({
    "GAUSSIAN, 8d2879fcc8eb8ffa, 3eab524f49066570, dc959d2f71b1bce6, c609574da842c861",
    "BF16, c39c7e2556a016cd, 8ca19545a01531bd, 5c363d2c88ff9515, 8e946abe668d65c4",
    "SMALL_INTEGERS, 0973337b30ddee9d, cc654b1e1c5b763c, 0cc9c6f5a34a172c, 98891163dc952ff2",
    "WIDE_RANGE, b360cace3ad0ce5c, fb0b794d3a8f66ae, d00c8293203f6af0, af9ba8e11bc825b1",
    "OUTLIERS, 4b66ab7e6a8615cb, b1011ce8834a4808, 15f236a0cb142e48, 584af09f60549d43",
    "ZEROS, 5444d9f6ca48162d, 3c0413b4dff3a1bd, 38e47bd7e91c192c, d2fcaa8940fc944f",
    "SUBNORMALS, 0b4c2c5c74b328d2, 8e681b5ef34babe4, 1c02730953829883, 8a39d2abd3999ab7",
    "INFINITIES, d41f25239dfcef02, a19e2c51ef5f2e31, af8690d5d80b86bb, b9bfee79ee25abe8",
    "NANS, 931fd7378dde6c7b, 4ca4f951e15f1de1, df53f6d23b3ba733, 40af356f5a623df5",
    "BELOW_POWERS_OF_TWO, ee81aeb8a353146c, 7857b6edd7e6c02b, bb8286dc83f81451, 92a3d95f8ce83b02",
    "ANY_EXPONENT, 464140a23271f0cf, e603a2c9d6a40da1, fd606ea18b354c16, f45f7a3a82853c29",
  })
  void bytesOfLibggml(BlockInputs inputs, String mxfp4, String mxfp4Values, String nvfp4, String nvfp4Values) throws NoSuchAlgorithmException {
    String[] expected = {mxfp4, mxfp4Values, nvfp4, nvfp4Values};
    for (GgmlBlocks blocks : GgmlBlocks.values()) {
      BlockTensor tensor = quantize(blocks, inputs);
      assertThat(digest(bytes(blocks, tensor))).as("%s codes and scales", blocks).isEqualTo(expected[2 * blocks.ordinal()]);
      assertThat(digest(bytes(tensor.dequantize()))).as("%s values", blocks).isEqualTo(expected[2 * blocks.ordinal() + 1]);
    }
  }

  @Test
  void everyScaleCodeTimesEveryElementCode() throws NoSuchAlgorithmException { // digests of libggml's dequantize_row_*
    for (GgmlBlocks blocks : GgmlBlocks.values()) {
      int scales = blocks.elements() / blocks.profile().format().blockSize();
      int codeBytes = (blocks.bytes() - scales) / scales;
      ByteBuffer structs = ByteBuffer.allocate(256 / scales * blocks.bytes());
      for (int first = 0; first < 256; first += scales) {
        for (int i = 0; i < scales; i++) {
          structs.put((byte) (first + i));
        }
        for (int i = 0; i < scales * codeBytes; i++) {
          structs.put((byte) (i % codeBytes & 15 | (15 - i % codeBytes & 15) << 4));
        }
      }
      assertThat(digest(bytes(blocks.read(structs.array(), 0, 256 / scales, blocks.elements()).dequantize())))
          .as(blocks.name())
          .isEqualTo(blocks == GgmlBlocks.MXFP4 ? "3b27ea731f5c773f" : "b05a01fc7336da8a");
    }
  }

  @Test
  void structsComeBackAsTheyWere() {
    for (GgmlBlocks blocks : GgmlBlocks.values()) {
      byte[] bytes = bytes(blocks, quantize(blocks, BlockInputs.ANY_EXPONENT));
      assertThat(bytes).hasSize(ROWS * COLUMNS / blocks.elements() * blocks.bytes());
      assertThat(bytes(blocks, blocks.read(bytes, 0, ROWS, COLUMNS))).isEqualTo(bytes);
    }
    assertThat(GgmlBlocks.MXFP4.bytes()).isEqualTo(17);
    assertThat(GgmlBlocks.NVFP4.bytes()).isEqualTo(36);
    assertThatThrownBy(() -> GgmlBlocks.MXFP4.write(BlockQuantizations.quantizeRow(Profiles.OCP_MX, new float[32]), new byte[17], 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("planar halves");
  }

  @Test
  void nibblesLieInPlanarHalves() { // section f: "low nibble = j, high = j+16 (mxfp4) / j+8 inside each 16 (nvfp4)"
    byte[] mxfp4 = new byte[17];
    mxfp4[0] = 127;
    mxfp4[1 + 3] = 0x52;
    BlockTensor tensor = GgmlBlocks.MXFP4.read(mxfp4, 0, 1, 32);
    assertThat(tensor.code(0, 3)).isEqualTo(2);
    assertThat(tensor.code(0, 19)).isEqualTo(5);
    assertThat(tensor.dequantize()[19]).isEqualTo(3f);
    byte[] nvfp4 = new byte[36];
    nvfp4[2] = 0x40;
    nvfp4[4 + 2 * 8 + 1] = 0x3F;
    tensor = GgmlBlocks.NVFP4.read(nvfp4, 0, 1, 64);
    assertThat(tensor.code(0, 33)).isEqualTo(15);
    assertThat(tensor.code(0, 41)).isEqualTo(3);
    assertThat(tensor.dequantize()[33]).isEqualTo(-12f);
  }

  @Test
  void nibbleOrderConverts() {
    BlockTensor planar = quantize(GgmlBlocks.MXFP4, BlockInputs.GAUSSIAN);
    BlockTensor interleaved = planar.withNibbleOrder(NibbleOrder.INTERLEAVED_LOW_FIRST);
    assertThat(interleaved.codes()).isNotEqualTo(planar.codes());
    assertThat(interleaved.dequantize()).isEqualTo(planar.dequantize());
    assertThat(interleaved.codes()[5] & 15).isEqualTo(planar.code(0, 10));
    assertThat(interleaved.codes()[5] >> 4 & 15).isEqualTo(planar.code(0, 11));
    assertThat(interleaved.withNibbleOrder(NibbleOrder.PLANAR_HALVES).codes()).isEqualTo(planar.codes());
  }

  @ParameterizedTest
  @CsvSource({ // section m, table 2, last column; and section f: 256, 288 ... 416 unreachable
    "464, 7e", "Infinity, 7e", "-Infinity, 0", "NaN, 0", "256, 7e", "288, 7e", "247.9, 77", "248, 7e", "1.0625, 39", "0.0009765625, 1", "0.0048828125, 3",
    "0.0146484375, 7", "0.01507568359375, 7", "0.015625, 8"
  })
  void scaleCodes(float scale, String code) {
    QuantizationProfile profile = Profiles.GGML_NVFP4;
    QuantizationProfile undivided =
        profile.with(new BlockFormat("unit", FloatFormat.exMy(1, 0), profile.format().scale(), 16, false));
    float max = undivided.format().element().maxFinite(); // M = 2, a power of two: b = 2 * scale exactly
    assertThat("%x".formatted(ReferenceQuantizer.scaleCode(undivided, scale * max, 1))).isEqualTo(code);
  }

  @Test
  void tiesGoTowardZeroAndSmallNegativesToPlusZero() { // table 1, column ggml
    float[] row = new float[32];
    float[] values = {4, -0f, 0.25f, Math.nextUp(0.25f), 0.75f, 1.25f, 1.75f, 2.5f, 3.5f, 5f, Math.nextUp(5f), -0.25f, -0.75f, Float.NaN};
    int[] codes = {6, 0, 0, 1, 1, 2, 3, 4, 5, 6, 7, 0, 9, 0};
    System.arraycopy(values, 0, row, 0, values.length);
    BlockTensor tensor = BlockQuantizations.quantizeRow(Profiles.GGML_MXFP4, row);
    for (int i = 0; i < codes.length; i++) {
      assertThat(tensor.code(0, i)).as("code of %s", values[i]).isEqualTo(codes[i]);
    }
    assertThat(E2m1.decode(tensor.code(0, 5))).isEqualTo(1f);
  }
}
