package io.github.fp4j.formats.block;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * Every CPU-exact profile on every input class: digests of scales, codes (one to a byte) and restored values of 16 384 elements, in {@code profile-goldens.txt}.
 *
 * <p>The digests were taken once the model agreed, byte for byte in codes and scales and in every restored number, with a second model in Python (each stack's own
 * formulas in torch 2.13 with torch's E4M3 cast, ml_dtypes 0.6 for the ONNX test data, gfloat's rule in float64); ggml's with libggml-base itself. Not compared
 * there: the signs of restored zeros, the signs of NaNs that arise in torchao's arithmetic, and the scale bytes of the 240 and UE5M3 rules, for which torch has no type
 * (their values are compared).
 */
class ProfileGoldensTest {
  private static final int ROWS = 64;
  private static final int COLUMNS = 256;

  static String line(QuantizationProfile profile, BlockInputs inputs) throws NoSuchAlgorithmException {
    FloatRows x = FloatRows.of(inputs.values(1, ROWS * COLUMNS), ROWS, COLUMNS);
    BlockTensor tensor = BlockQuantizations.quantize(profile, Blocking.ROWS, x);
    byte[] codes = new byte[ROWS * COLUMNS];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) tensor.code(i / COLUMNS, i % COLUMNS);
    }
    ByteBuffer values = ByteBuffer.allocate(4 * codes.length).order(ByteOrder.LITTLE_ENDIAN);
    for (float value : tensor.dequantize()) {
      values.putInt(Float.floatToIntBits(value));
    }
    return "%08x %s %s %s".formatted(Float.floatToIntBits(tensor.tensorScale()), digest(tensor.scales()), digest(codes), digest(values.array()));
  }

  private static String digest(byte[] bytes) throws NoSuchAlgorithmException {
    return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes), 0, 6);
  }

  private static Map<String, String> goldens() throws IOException {
    Map<String, String> goldens = new TreeMap<>();
    try (InputStream in = ProfileGoldensTest.class.getResourceAsStream("profile-goldens.txt");
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] fields = line.split(" ", 3);
        goldens.put(fields[0] + " " + fields[1], fields[2]);
      }
    }
    return goldens;
  }

  @Test
  void everyProfileOnEveryClass() throws IOException, NoSuchAlgorithmException {
    Map<String, String> actual = new TreeMap<>();
    for (QuantizationProfile profile : Profiles.all()) {
      for (BlockInputs inputs : BlockInputs.values()) {
        boolean refused = profile == Profiles.GFLOAT && inputs == BlockInputs.NANS;
        if (profile.isCpuExact() && !refused) {
          actual.put(profile + " " + inputs, line(profile, inputs));
        }
      }
    }
    assertThat(actual).hasSize(25 * 11 - 1).containsExactlyEntriesOf(goldens());
  }
}
