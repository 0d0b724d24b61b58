package io.github.fp4j.formats;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Variants against what the named implementations really gave for all 2^32 float32 bit patterns: 31 conversions of NVIDIA's headers, ml_dtypes, torch and onnx,
 * recorded once as runs of equal codes in {@code peer-staircases.txt} (versions in its head).
 *
 * <p>A variant that is a {@link Conversion} must have the same staircase, run for run, which covers every pattern; any variant must give the recorded codes at
 * both ends of every run and on the quick set. On float64 input ml_dtypes and torch were seen to round to float32 first (all four vectors of section n of the
 * survey, and 1.0625 + 2^-40), as their variants say.
 */
class PeerStaircasesTest {

  record Peer(Variant variant, int[] starts, int[] codes) {

    int codeOf(int bits) {
      int low = 0;
      int high = starts.length - 1;
      while (low < high) {
        int middle = (low + high + 1) >>> 1;
        if (Integer.compareUnsigned(starts[middle], bits) <= 0) {
          low = middle;
        } else {
          high = middle - 1;
        }
      }
      return codes[low];
    }

    @Override
    public String toString() {
      return variant.toString();
    }
  }

  static List<Peer> peers() throws IOException {
    List<Peer> peers = new ArrayList<>();
    try (InputStream in = PeerStaircasesTest.class.getResourceAsStream("peer-staircases.txt");
        BufferedReader lines = new BufferedReader(new InputStreamReader(in, US_ASCII))) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith("variant ")) {
          String[] head = line.split(" ");
          peers.add(read(Variants.byId(FloatFormat.byName(head[2]).orElseThrow(), head[1]), Integer.parseInt(head[3]), lines));
        }
      }
    }
    assertThat(peers).hasSize(31);
    return peers;
  }

  private static Peer read(Variant variant, int runs, BufferedReader lines) throws IOException {
    int[] starts = new int[runs];
    int[] codes = new int[runs];
    for (int i = 0; i < runs; i++) {
      String line = lines.readLine();
      starts[i] = Integer.parseUnsignedInt(line.substring(0, 8), 16);
      codes[i] = Integer.parseInt(line.substring(9), 16);
    }
    return new Peer(variant, starts, codes);
  }

  @ParameterizedTest
  @MethodSource("peers")
  void theStaircaseOfTheVariantIsThatOfThePeer(Peer peer) {
    Variant variant = peer.variant();
    if (variant.conversion().isPresent()) {
      Staircase staircase = Staircase.of(variant.conversion().get());
      assertThat(staircase.size()).isEqualTo(peer.starts().length);
      for (int step = 0; step < staircase.size(); step++) {
        assertThat(staircase.start(step)).as("start of run %d", step).isEqualTo(peer.starts()[step]);
        assertThat(staircase.code(step)).as("code of run %d", step).isEqualTo(peer.codes()[step]);
      }
    }
    for (int run = 0; run < peer.starts().length; run++) {
      float first = Float.intBitsToFloat(peer.starts()[run]);
      float last = Float.intBitsToFloat((run + 1 < peer.starts().length ? peer.starts()[run + 1] : 0) - 1);
      assertThat(variant.encode(first)).as("%s of %a", variant, first).isEqualTo(peer.codes()[run]);
      assertThat(variant.encode(last)).as("%s of %a", variant, last).isEqualTo(peer.codes()[run]);
    }
    int[] quick = QuickSet.of(variant.format());
    assertThat(Arrays.stream(quick).filter(bits -> variant.encode(Float.intBitsToFloat(bits)) != peer.codeOf(bits)).count()).isZero();
  }
}
