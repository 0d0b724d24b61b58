package io.github.fp4j.bridge.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class KernelListTest {
  private final KernelList list = new KernelList();

  @Test
  void everyRowIsRead() throws IOException {
    String text = Files.readString(Path.of("..", "cuda-src", "kernel_list.h"));
    long rows = text.lines().filter(line -> line.startsWith("FP4J_KERNEL(")).count();
    assertThat(rows).isGreaterThanOrEqualTo(40);
    assertThat(list.entries()).hasSize((int) rows);
    assertThat(list.entry("fp4j_amax"))
        .isEqualTo(
            new KernelEntry(
                "amax", "fp4j_amax", "any", 256, "values", 8192,
                List.of(
                    new KernelEntry.Parameter("float*", "values"), new KernelEntry.Parameter("long long", "rows"),
                    new KernelEntry.Parameter("long long", "columns"), new KernelEntry.Parameter("long long", "stride"),
                    new KernelEntry.Parameter("int", "keeps_nan"), new KernelEntry.Parameter("unsigned*", "amax_bits"))));
  }

  @Tag("exhaustive")
  @ParameterizedTest
  @ValueSource(strings = {"sm_100a", "sm_120a"})
  void nvrtcCompilesEveryKernelOfTheArchitecture(String architecture) {
    Nvrtc nvrtc = Nvidia.present(Nvrtc.find());
    ComputeCapability device = new ComputeCapability(architecture.equals("sm_100a") ? 10 : 12, 0);
    Map<String, List<KernelEntry>> files = list.entries().values().stream().collect(Collectors.groupingBy(KernelEntry::file));
    int kernels = 0;
    for (String file : new TreeSet<>(files.keySet())) {
      String image = new String(new CompiledKernels(nvrtc, CubinCache.ofUser(), list).image(file, device), StandardCharsets.ISO_8859_1);
      for (KernelEntry entry : files.get(file)) {
        if (entry.runsOn(device)) {
          assertThat(image).as(entry.name()).contains(".text." + entry.name());
          kernels++;
        }
      }
    }
    assertThat(kernels).isEqualTo(list.entries().values().stream().filter(entry -> entry.runsOn(device)).count());
  }
}
