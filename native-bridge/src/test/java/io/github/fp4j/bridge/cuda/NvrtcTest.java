package io.github.fp4j.bridge.cuda;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** NVIDIA's own NVRTC; it needs no GPU. */
class NvrtcTest {
  private static final CudaSource SCALE =
      new CudaSource(
          "scale.cu",
          "#include \"fp4j/factor.cuh\"\nextern \"C\" __global__ void scale(float* x, int n) { int i = blockIdx.x * blockDim.x + threadIdx.x; if (i < n) x[i] *= FACTOR; }\n",
          Map.of("fp4j/factor.cuh", "#define FACTOR 3.0f\n"));

  private final Nvrtc nvrtc = Nvidia.present(Nvrtc.find());

  @Test
  void itsFunctionsHaveTheParametersOfTheirHeader() throws IOException {
    assertThat(SignaturesTest.compare(nvrtc.api(), "nvrtc")).isEqualTo(12);
  }

  @Test
  void itCompilesForBlackwell() {
    assertThat(nvrtc.version().major()).isEqualTo(13);
    assertThat(nvrtc.architectures()).contains(75, 80, 90, 100, 120);
    for (String architecture : List.of("sm_75", "sm_100a", "sm_120a")) {
      byte[] image = nvrtc.compile(SCALE, architecture, List.of()).image();
      assertThat(new String(image, 0, 4, StandardCharsets.ISO_8859_1)).isEqualTo("\177ELF");
      assertThat(new String(image, StandardCharsets.ISO_8859_1)).contains(".text.scale");
    }
  }

  @Test
  void ptxNamesItsTarget() {
    String ptx = new String(nvrtc.compileToPtx(SCALE, "compute_75", List.of()).image(), StandardCharsets.US_ASCII);
    assertThat(ptx).contains(".target sm_75", ".visible .entry scale(");
  }

  @Test
  void aBrokenSourceShowsTheCompilersLog() {
    CudaSource broken = CudaSource.of("broken.cu", "__global__ void f() {\n  int x = undefined_thing;\n}\n");
    assertThatExceptionOfType(NvrtcException.class)
        .isThrownBy(() -> nvrtc.compile(broken, "sm_100a", List.of()))
        .withMessageStartingWith("nvrtcCompileProgram: NVRTC_ERROR_COMPILATION (6)\nbroken.cu(2): error: identifier \"undefined_thing\" is undefined")
        .satisfies(e -> assertThat(e.status()).isEqualTo(6))
        .satisfies(e -> assertThat(e.log()).startsWith("broken.cu(2): error"));
  }

  @Test
  void remarksOfASourceThatCompilesAreKept() {
    CudaSource careless = CudaSource.of("careless.cu", "__global__ void f(float* x) { int unused = 3; *x = 1; }\n");
    assertThat(nvrtc.compile(careless, "sm_90", List.of()).log()).contains("variable \"unused\" was declared but never referenced");
  }

  @Test
  void anArchitectureThatIsNoneIsRefused() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> nvrtc.compile(SCALE, "compute_100", List.of()))
        .withMessage("architecture = compute_100: expected one like sm_100a, sm_120a or sm_90");
    assertThatIllegalArgumentException().isThrownBy(() -> nvrtc.compileToPtx(SCALE, "sm_75", List.of())).withMessageContaining("compute_75");
    assertThatExceptionOfType(NvrtcException.class)
        .isThrownBy(() -> nvrtc.compile(SCALE, "sm_11", List.of()))
        .withMessageStartingWith("nvrtcCompileProgram: NVRTC_ERROR_INVALID_OPTION (5)");
  }

  @Test
  void theCacheKeepsWhatWasCompiledAndRefusesDamage(@TempDir Path folder) throws IOException {
    CubinCache cache = new CubinCache(folder);
    byte[] first = cache.compile(nvrtc, SCALE, "sm_90", List.of());
    Path entry = onlyFile(folder);
    byte[] kept = Files.readAllBytes(entry);

    byte[] marked = kept.clone(); // another image with a right digest: only a cache that reads it can give it back
    byte[] image = "not compiled".getBytes(StandardCharsets.US_ASCII);
    Files.write(entry, CubinCache.entry(image));
    assertThat(cache.compile(nvrtc, SCALE, "sm_90", List.of())).isEqualTo(image);

    for (byte[] damaged : List.of(new byte[0], Arrays.copyOf(kept, 40), Arrays.copyOf(kept, kept.length - 1), flipped(marked))) {
      Files.write(entry, damaged);
      assertThat(cache.compile(nvrtc, SCALE, "sm_90", List.of())).isEqualTo(first);
      assertThat(Files.readAllBytes(onlyFile(folder))).isEqualTo(kept);
    }
  }

  private static byte[] flipped(byte[] bytes) {
    byte[] copy = bytes.clone();
    copy[copy.length / 2] ^= 1;
    return copy;
  }

  private static Path onlyFile(Path folder) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      List<Path> all = files.toList();
      assertThat(all).hasSize(1);
      return all.getFirst();
    }
  }

  @Test
  void aRefusedSourceLeavesNothingBehind(@TempDir Path folder) throws IOException {
    CubinCache cache = new CubinCache(folder);
    assertThatExceptionOfType(NvrtcException.class).isThrownBy(() -> cache.compile(nvrtc, CudaSource.of("x.cu", "nonsense"), "sm_90", List.of()));
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void aFolderThatCannotBeWrittenCostsOnlyTheKeeping(@TempDir Path folder) throws IOException {
    Path file = Files.createFile(folder.resolve("file"));
    assertThat(new CubinCache(file).compile(nvrtc, SCALE, "sm_90", List.of())).isNotEmpty();
  }

  @Test
  void everythingThatMattersIsInTheKey() {
    CudaVersion version = new CudaVersion(13, 0);
    List<String> keys =
        List.of(
            CubinCache.key(version, SCALE, "sm_90", List.of()),
            CubinCache.key(new CudaVersion(13, 1), SCALE, "sm_90", List.of()),
            CubinCache.key(version, SCALE, "sm_100a", List.of()),
            CubinCache.key(version, SCALE, "sm_90", List.of("-lineinfo")),
            CubinCache.key(version, SCALE, "sm_90", List.of("-line", "info")),
            CubinCache.key(version, new CudaSource("other.cu", SCALE.text(), SCALE.headers()), "sm_90", List.of()),
            CubinCache.key(version, new CudaSource("scale.cu", SCALE.text() + "\n", SCALE.headers()), "sm_90", List.of()),
            CubinCache.key(version, new CudaSource("scale.cu", SCALE.text(), Map.of("fp4j/factor.cuh", "#define FACTOR 4.0f\n")), "sm_90", List.of()),
            CubinCache.key(version, new CudaSource("scale.cu", SCALE.text(), Map.of("fp4j/other.cuh", "#define FACTOR 3.0f\n")), "sm_90", List.of()));
    assertThat(keys).doesNotHaveDuplicates().allMatch(key -> key.matches("[0-9a-f]{64}"));
  }

  @Test
  void whatItCompilesIsAModuleWhoseKernelsAreFound(@TempDir Path folder) throws IOException {
    try (FakeDriver fake = FakeDriver.install(folder);
        CudaContext context = fake.device().primaryContext();
        CudaModule module = context.load(nvrtc.compile(SCALE, context.device().computeCapability().architecture(), List.of()).image())) {
      assertThat(module.kernel("scale").name()).isEqualTo("scale");
    }
  }
}
