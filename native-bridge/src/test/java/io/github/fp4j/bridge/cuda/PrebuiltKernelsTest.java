package io.github.fp4j.bridge.cuda;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.bridge.Discovery;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Profiles;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Fatbins in a folder: found where they belong to the jar's sources, and otherwise the reason said, before a driver sees one. */
class PrebuiltKernelsTest {
  @TempDir private Path folder;

  private final KernelList list = new KernelList();
  private final TreeSet<String> files = list.entries().values().stream().map(KernelEntry::file).collect(Collectors.toCollection(TreeSet::new));

  /** What {@code kernels/manifest.cmake} writes, and images that the fake driver takes. */
  @BeforeEach
  void build() throws IOException {
    Map<String, String> sources = new TreeMap<>();
    for (String file : files) {
      sources.putAll(list.sources(file));
      String kernels = list.entries().values().stream().filter(entry -> entry.file().equals(file)).map(KernelEntry::name).collect(Collectors.joining(" "));
      Files.writeString(folder.resolve(file + ".fatbin"), "fake " + kernels);
    }
    assertThat(sources).containsKeys("kernel_list.h", "kernels/amax.cu", "kernels/kernel.cuh", "include/fp4j/profile.cuh");
    String lines = sources.entrySet().stream().map(source -> sha256(source.getValue()) + "  " + source.getKey() + "\n").collect(Collectors.joining());
    Files.writeString(folder.resolve("sources.sha256"), lines);
    System.setProperty("fp4j.fatbins", folder.toString());
  }

  @AfterEach
  void clear() {
    System.clearProperty("fp4j.fatbins");
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void theyAreLoadedBeforeAnythingIsCompiled() throws IOException {
    Discovery<KernelImages> images = KernelImages.find();
    assertThat(images.tried()).containsExactly("-Dfp4j.fatbins (" + folder + "): found " + files.size() + " files");
    assertThat(images.orElseThrow().description()).isEqualTo("prebuilt in " + folder);
    try (FakeDriver fake = FakeDriver.install(folder.resolve("driver"));
        CudaContext context = fake.device().primaryContext();
        CudaStream stream = context.createStream();
        DeviceKernels kernels = new DeviceKernels(context, images.orElseThrow())) {
      BlockKernels blocks = new CudaBlocks(kernels, stream);
      blocks.amax(Profiles.TE_2_15, FloatRows.of(new float[4], 1, 4));
      assertThat(fake.lastLaunch().name()).isEqualTo("fp4j_amax");
    }
  }

  @Test
  void fatbinsOfOtherSourcesAreRefused() throws IOException {
    Path manifest = folder.resolve("sources.sha256");
    Files.write(manifest, Files.readAllLines(manifest).stream().map(line -> line.endsWith("kernel_list.h") ? sha256("another") + "  kernel_list.h" : line).toList());
    assertThat(reason()).endsWith("kernel_list.h is another than they were built of (build them again: cmake --preset fatbins && cmake --build --preset fatbins in cuda-src)");
  }

  @Test
  void whatIsMissingIsNamed() throws IOException {
    Files.delete(folder.resolve("gemv.fatbin"));
    assertThat(reason()).isEqualTo("kernels (fatbins) not found: " + folder + ": holds no gemv.fatbin");
    Files.delete(folder.resolve("sources.sha256"));
    assertThat(reason()).contains(": holds no sources.sha256 (cmake --preset fatbins");
    System.setProperty("fp4j.fatbins", folder.resolve("absent").toString());
    assertThat(reason()).contains("absent: holds no sources.sha256");
  }

  private String reason() {
    Discovery<PrebuiltKernels> found = PrebuiltKernels.find();
    assertThat(found).isInstanceOf(Discovery.Unavailable.class);
    return found instanceof Discovery.Unavailable<PrebuiltKernels>(String reason, List<String> tried) ? reason : "";
  }

  @Test
  void withoutASettingTheFolderOfCmakeIsLookedIn() {
    System.clearProperty("fp4j.fatbins");
    Discovery<PrebuiltKernels> found = PrebuiltKernels.find();
    assertThat(found.tried()).hasSize(3).element(0).isEqualTo("-Dfp4j.fatbins: not set");
    assertThat(found.tried().get(2)).startsWith("CMake's folder (").contains(Path.of("cuda-src", "target", "fatbins", "kernels").toString());
  }

  @Test
  void withNeitherFatbinsNorNvrtcBothReasonsAreSaid() {
    System.setProperty("fp4j.fatbins", folder.resolve("absent").toString());
    assertThat(KernelImages.find(list, () -> new Discovery.Unavailable<>("libnvrtc.so.13 not found", List.of("nowhere"))))
        .isEqualTo(
            new Discovery.Unavailable<KernelImages>(
                "no kernels for the device: " + reason() + "; and no NVRTC to compile them: libnvrtc.so.13 not found",
                List.of("-Dfp4j.fatbins (" + folder.resolve("absent") + "): holds no sources.sha256 (cmake --preset fatbins && cmake --build --preset fatbins in cuda-src makes it)", "nowhere")));
  }
}
