package io.github.fp4j.simd;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Availability.Unavailable;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.Backends;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class VectorWidthsTest {

  @Test
  void everyRungUpToTheHardwareIsTaken() {
    assertThat(reason(512, 512, null)).isEmpty();
    assertThat(reason(256, 512, null)).isEmpty();
    assertThat(reason(128, 128, null)).isEmpty();
    assertThat(reason(512, 256, null)).isEqualTo("the widest vectors of this CPU and JVM have 256 bits");
    assertThat(reason(128, 64, null)).isEqualTo("the widest vectors of this CPU and JVM have 64 bits");
  }

  @Test
  void aForcedWidthLeavesTheOthersOut() {
    assertThat(reason(256, 512, "256")).isEmpty();
    assertThat(reason(512, 512, "256")).isEqualTo("-Dfp4j.simd.bits=256 leaves it out");
    assertThat(reason(128, 512, "256")).isEqualTo("-Dfp4j.simd.bits=256 leaves it out");
    assertThat(reason(128, 512, "off")).isEqualTo("-Dfp4j.simd.bits=off leaves it out");
  }

  @Test
  void noWidthIsForcedBeyondTheHardware() {
    assertThat(reason(512, 256, "512")).isEqualTo("the widest vectors of this CPU and JVM have 256 bits");
  }

  @Test
  void anUnknownPropertyValueTurnsEverythingOffAndSaysSo() {
    for (int bits : VectorWidths.RUNGS) {
      assertThat(reason(bits, 512, "1024")).isEqualTo("-Dfp4j.simd.bits=1024: expected 128, 256, 512 or off");
    }
  }

  @Test
  void withoutTheModuleTheReasonNamesTheFlag() {
    assertThat(reason(128, 0, null)).contains("jdk.incubator.vector").contains("--add-modules");
    assertThat(reason(128, 0, "128")).contains("--add-modules");
  }

  /** The build runs these tests several times: as the machine is, with {@code -XX:UseAVX=2}, and with a forced width; see the pom. */
  @Test
  void theBackendsFollowTheLadder() {
    String forced = System.getProperty(VectorWidths.PROPERTY);
    int limit = Integer.getInteger("fp4j.test.avx", 3) == 2 && System.getProperty("os.arch").equals("amd64") ? 256 : 512;
    List<Backend> backends = Backends.all().stream().filter(backend -> backend.name().startsWith("simd-")).toList();
    assertThat(backends).extracting(Backend::name).containsExactly("simd-512", "simd-256", "simd-128");
    for (Backend backend : backends) {
      int bits = Integer.parseInt(backend.name().substring(5));
      boolean available = backend.availability().isAvailable();
      assertThat(available).as(backend.name()).isEqualTo(bits <= Math.min(limit, PreferredSpecies.bits()) && (forced == null || forced.equals("" + bits)));
      assertThat(backend.conversions().isPresent()).as(backend.name()).isEqualTo(available);
      assertThat(backend.description()).contains(bits + " bits");
    }
  }

  private static String reason(int bits, int widest, @Nullable String forced) {
    Availability availability = VectorWidths.decide(bits, widest, forced);
    return availability instanceof Unavailable(String reason) ? reason : "";
  }
}
