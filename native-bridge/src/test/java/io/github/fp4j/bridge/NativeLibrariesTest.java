package io.github.fp4j.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibrariesTest {
  private static final String DRIVER =
      """
      #include <string.h>
      int cuDriverGetVersion(int* version) { *version = 13020; return 0; }
      int cuInit(unsigned flags) { return INIT_RESULT; }
      int cuDeviceGetCount(int* count) { *count = 2; return 0; }
      int cuDeviceGet(int* device, int ordinal) { *device = 10 + ordinal; return 0; }
      int cuDeviceGetName(char* name, int bytes, int device) { strcpy(name, device == 10 ? "first" : "second"); return 0; }
      int cuGetErrorName(int error, const char** name) { *name = "CUDA_ERROR_NO_DEVICE"; return 0; }
      """;

  @TempDir private Path folder;

  @AfterEach
  void clear() {
    System.clearProperty("fp4j.cuda.path");
  }

  @Test
  void theDriverIsAskedForItsVersionAndDevices() throws IOException {
    Path library = CompiledC.libraryFile(folder.resolve("libcuda.so.1"), DRIVER.replace("INIT_RESULT", "0"));
    LibraryStatus.Found found = (LibraryStatus.Found) status("libcuda.so.1");
    assertThat(found.path()).isEqualTo(library.toString());
    assertThat(found.version()).isEqualTo("13.2");
    assertThat(found.details()).containsExactly("device 0: first", "device 1: second");
  }

  @Test
  void aDriverWithoutDeviceSaysSo() throws IOException {
    CompiledC.libraryFile(folder.resolve("libcuda.so.1"), DRIVER.replace("INIT_RESULT", "100"));
    assertThat(((LibraryStatus.Found) status("libcuda.so.1")).details()).containsExactly("cuInit: 100 (CUDA_ERROR_NO_DEVICE)");
  }

  @Test
  void nvrtcAndCublasLtAreAskedForTheirVersions() throws IOException {
    CompiledC.libraryFile(folder.resolve("libnvrtc.so.13"), "int nvrtcVersion(int* major, int* minor) { *major = 13; *minor = 1; return 0; }");
    CompiledC.libraryFile(folder.resolve("libcublasLt.so.13"), "#include <stddef.h>\nsize_t cublasLtGetVersion(void) { return 130101; }");
    assertThat(((LibraryStatus.Found) status("libnvrtc.so.13")).version()).isEqualTo("13.1");
    assertThat(((LibraryStatus.Found) status("libcublasLt.so.13")).version()).isEqualTo("13.1.1");
  }

  @Test
  void aLibraryOfThatNameWithoutTheFunctionIsMissingItByName() throws IOException {
    CompiledC.libraryFile(folder.resolve("libnvrtc.so.13"), "int other(void) { return 0; }");
    assertThat(((LibraryStatus.Missing) status("libnvrtc.so.13")).reason()).endsWith("libnvrtc.so.13: no function nvrtcVersion");
  }

  private LibraryStatus status(String name) {
    System.setProperty("fp4j.cuda.path", folder.toString());
    return NativeLibraries.searches().stream().filter(status -> status.name().equals(name)).findFirst().orElseThrow();
  }

  @Test
  void everyLibraryIsFoundOrMissingWithItsReason() {
    List<LibraryStatus> statuses = NativeLibraries.searches();
    assertThat(statuses)
        .extracting(LibraryStatus::name)
        .containsExactly(
            System.mapLibraryName("fp4j_host"),
            System.mapLibraryName("fp4j_nvidia_headers"),
            "libcuda.so.1",
            "libnvrtc.so.13",
            "libcublasLt.so.13");
    for (LibraryStatus status : statuses) {
      assertThat(status.tried()).isNotEmpty();
      switch (status) {
        case LibraryStatus.Found found -> {
          assertThat(found.path()).isNotBlank();
          assertThat(found.version()).isNotBlank();
        }
        case LibraryStatus.Missing missing -> assertThat(missing.reason()).contains(missing.name()).doesNotContain("\n");
      }
    }
  }
}
