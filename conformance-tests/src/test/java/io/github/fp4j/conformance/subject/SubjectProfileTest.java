package io.github.fp4j.conformance.subject;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What a profile claims is what is asked; what is wrong in one is named. */
class SubjectProfileTest {
  private static final LocalDate TODAY = LocalDate.of(2026, 12, 1);

  @TempDir private Path folder;

  private SubjectProfile read(String yaml) throws IOException {
    return SubjectProfile.read(Files.writeString(folder.resolve("profile.yaml"), yaml), TODAY);
  }

  @Test
  void claimsBecomeSuites() throws IOException {
    SubjectProfile profile =
        read(
            """
            name: chip
            conversions: [e2m1/nearest-even/saturate, e4m3/nearest-even/nan/signed-nan]
            quantizers: [te-2.15]
            products: [nvfp4, mxfp4]
            accumulator: nvfp4-f36
            k-order: true
            epilogue: false
            layouts: true
            waivers:
              - {id: W1, suite: layouts, reason: no 8x4, link: "https://example.org/1", expires: 2026-12-01}
            """);
    assertThat(profile.suites())
        .containsExactly(
            "conversions/e2m1/nearest-even/saturate", "conversions/e4m3/nearest-even/nan/signed-nan", "blocks/te-2.15", "gemm-certified/nvfp4", "gemm-certified/mxfp4",
            "gemm-discriminators/nvfp4-f36", "gemm-k-order", "layouts");
    assertThat(profile.waivers()).containsExactly(new Waiver("W1", "layouts", "no 8x4", "https://example.org/1", TODAY));
    assertThat(read("{name: x, accumulator: unknown}").suites()).containsExactly("gemm-discriminators");
    assertThat(profile.seed()).isEqualTo(1);
    assertThat(read("{name: x, layouts: true, seed: -7}").seed()).isEqualTo(-7);
  }

  @Test
  void faultsAreNamed() {
    assertRefused("{name: x}", "nothing is claimed");
    assertRefused("{layouts: true}", "no \"name\"");
    assertRefused("{name: x, colour: red}", "unknown key \"colour\"");
    assertRefused("{name: x, layouts: maybe}", "expected true or false");
    assertRefused("{name: x, products: [fp3]}", "unknown operand format \"fp3\"");
    assertRefused("{name: x, accumulator: y}", "unknown model \"y\"");
    assertRefused("{name: x, layouts: true, seed: seven}", "seed: \"seven\": expected an integer of 64 bits");
    assertRefused("{name: x, layouts: true, seed: 1.5}", "seed: 1.5: expected an integer of 64 bits");
    assertRefused("name: [", "no YAML");
    String waiver = "{name: x, layouts: true, waivers: [{id: W1, suite: %s, reason: r, link: l, expires: %s}]}";
    assertRefused(waiver.formatted("layouts", "2026-11-30"), "waiver W1 for layouts expired on 2026-11-30 (r, l)");
    assertRefused(waiver.formatted("blocks", "2027-01-01"), "waiver W1: suite blocks is not claimed");
    assertRefused(waiver.formatted("layouts", "soon"), "expected a date");
    assertRefused("{name: x, layouts: true, waivers: [{id: W1, suite: layouts, expires: 2027-01-01}]}", "no \"reason\"");
  }

  private void assertRefused(String yaml, String why) {
    assertThatThrownBy(() -> read(yaml)).isInstanceOf(IllegalArgumentException.class).hasMessageContaining("profile.yaml: ").hasMessageContaining(why);
  }
}
