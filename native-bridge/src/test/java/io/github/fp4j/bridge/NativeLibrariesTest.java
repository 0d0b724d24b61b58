package io.github.fp4j.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.bridge.cuda.FakeDriver;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibrariesTest {
  @TempDir private Path folder;

  @AfterEach
  void clear() {
    System.clearProperty("fp4j.cuda.path");
  }

  @Test
  void theDriverIsAskedForItsVersionAndDevices() throws IOException {
    try (FakeDriver fake = FakeDriver.install(folder)) {
      fake.devices(2, 12, 0);
      LibraryStatus.Found found = (LibraryStatus.Found) status("libcuda.so.1");
      assertThat(found.path()).isEqualTo(folder.resolve("libcuda.so.1").toString());
      assertThat(found.version()).isEqualTo("serves CUDA 13.0");
      assertThat(found.details())
          .containsExactly("device 0: Fake GPU, compute capability 12.0", "device 1: Fake GPU, compute capability 12.0");
    }
  }

  @Test
  void aDriverWithoutDeviceSaysSo() throws IOException {
    try (FakeDriver fake = FakeDriver.install(folder)) {
      fake.devices(0, 0, 0);
      assertThat(((LibraryStatus.Found) status("libcuda.so.1")).details())
          .containsExactly("cuInit: CUDA_ERROR_NO_DEVICE (100): no CUDA-capable device is detected");
    }
  }

  @Test
  void aLibraryOfThatNameWithoutTheFunctionIsMissingItByName() throws IOException {
    CompiledC.libraryFile(folder.resolve("libnvrtc.so.13"), "int other(void) { return 0; }");
    assertThat(((LibraryStatus.Missing) status("libnvrtc.so.13")).reason()).endsWith("libnvrtc.so.13: no function nvrtcVersion: expected NVRTC 13");
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
            "kernels (fatbins)",
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
