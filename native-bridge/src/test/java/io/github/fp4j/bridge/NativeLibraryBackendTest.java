package io.github.fp4j.bridge;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NativeLibraryBackendTest {
  @TempDir private Path folder;

  @Test
  void bundledBackendsAreListedWhetherTheyCanRunOrNot() {
    assertThat(Backends.all()).extracting(Backend::name).contains("reference", "host", "nvidia-headers");
    for (String name : List.of("reference", "host", "nvidia-headers")) {
      Backend backend = Backends.named(name);
      assertThat(backend.conversions().isPresent()).isEqualTo(backend.availability().isAvailable());
      assertThat(backend.description()).isNotBlank();
    }
  }

  @Test
  void aMissingFileIsNamed() {
    assertThatExceptionOfType(NoSuchFileException.class)
        .isThrownBy(() -> NativeLibraryBackend.load(folder.resolve("absent.so")))
        .withMessageContaining("absent.so");
  }

  @Test
  void theLoadersOwnWordsAreKept() throws IOException {
    Path junk = Files.writeString(folder.resolve("junk.so"), "no library at all, but long enough to have a header\n".repeat(10));
    assertThatExceptionOfType(NativeLibraryException.class)
        .isThrownBy(() -> NativeLibraryBackend.load(junk))
        .withMessageStartingWith(junk + ": cannot be loaded: ")
        .withMessageMatching("(?s).*(invalid ELF header|not a mach-o|slice is not valid).*");
  }

  @Test
  void aMissingFunctionIsNamed() throws IOException {
    String source = CompiledC.FAILING_LIBRARY.replace("int32_t fp4j_encode_packed", "int32_t other_encode_packed");
    Path library = CompiledC.library(folder, "incomplete", source);
    assertThatExceptionOfType(NativeLibraryException.class)
        .isThrownBy(() -> NativeLibraryBackend.load(library))
        .withMessage(library + ": no function fp4j_encode_packed: expected a library with all functions of fp4j.h");
  }

  @Test
  void anotherAbiVersionIsRefusedBeforeAnythingElseIsAsked() throws IOException {
    Path library = CompiledC.library(folder, "future", "int fp4j_abi_version(void) { return 7; }");
    assertThatExceptionOfType(NativeLibraryException.class)
        .isThrownBy(() -> NativeLibraryBackend.load(library))
        .withMessage(library + ": fp4j_abi_version() = 7: expected 1 (build it with this release's fp4j.h)");
  }

  @Test
  void aLibraryWithoutNameIsRefused() throws IOException {
    String source = CompiledC.FAILING_LIBRARY.replace("return \"failing\"", "return 0");
    Path library = CompiledC.library(folder, "nameless", source);
    assertThatExceptionOfType(NativeLibraryException.class).isThrownBy(() -> NativeLibraryBackend.load(library)).withMessageContaining("fp4j_name()");
  }

  @Test
  void aLibraryIsABackendUnderItsOwnName() throws IOException {
    Backend backend = NativeLibraryBackend.load(CompiledC.library(folder, "mine", CompiledC.FAILING_LIBRARY));
    assertThat(backend.name()).isEqualTo("failing");
    assertThat(backend.description()).isEqualTo("fails at everything");
    assertThat(backend.availability()).isEqualTo(Availability.YES);
  }

  @Test
  void failuresCarryTheFunctionAndItsResult() throws IOException {
    ConversionKernels kernels = NativeLibraryBackend.load(CompiledC.library(folder, "failing", CompiledC.FAILING_LIBRARY)).conversions().orElseThrow();
    assertThatExceptionOfType(NativeCallException.class)
        .isThrownBy(() -> kernels.encode(Conversion.cuda(FloatFormat.E2M1), new float[1], 0, new byte[1], 0, 1))
        .withMessage("failing: fp4j_encode_f32 returned 3 (FP4J_FAILED)");
    assertThatExceptionOfType(NativeCallException.class)
        .isThrownBy(() -> kernels.decodePacked(FloatFormat.E2M1, new byte[1], 0, new float[1], 0, 1))
        .satisfies(e -> assertThat(e.status()).isEqualTo(77))
        .withMessageContaining("no result code of fp4j.h");
  }

  /** The library would fail at the first call: that another exception comes shows that it was not called. */
  @Test
  void wrongArgumentsNeverReachNativeCode() throws IOException {
    ConversionKernels kernels = NativeLibraryBackend.load(CompiledC.library(folder, "guarded", CompiledC.FAILING_LIBRARY)).conversions().orElseThrow();
    Conversion e2m1 = Conversion.cuda(FloatFormat.E2M1);
    Conversion e4m3 = Conversion.cuda(FloatFormat.E4M3);
    float[] floats = new float[8];
    double[] doubles = new double[8];
    byte[] bytes = new byte[8];
    outOfBounds(() -> kernels.encode(e2m1, floats, 1, bytes, 0, 8));
    outOfBounds(() -> kernels.encode(e2m1, floats, 0, bytes, 1, 8));
    outOfBounds(() -> kernels.encode(e2m1, floats, -1, bytes, 0, 8));
    outOfBounds(() -> kernels.encode(e2m1, floats, 0, bytes, 0, -1));
    outOfBounds(() -> kernels.encode(e2m1, doubles, 1, bytes, 0, 8));
    outOfBounds(() -> kernels.encode(e2m1, doubles, 0, bytes, 1, 8));
    outOfBounds(() -> kernels.encodePacked(e2m1, floats, 1, bytes, 0, 8));
    outOfBounds(() -> kernels.encodePacked(e2m1, floats, 0, bytes, 5, 7));
    outOfBounds(() -> kernels.decode(FloatFormat.E2M1, bytes, 1, floats, 0, 8));
    outOfBounds(() -> kernels.decode(FloatFormat.E2M1, bytes, 0, floats, 1, 8));
    outOfBounds(() -> kernels.decodePacked(FloatFormat.E2M1, bytes, 5, floats, 0, 7));
    outOfBounds(() -> kernels.decodePacked(FloatFormat.E2M1, bytes, 0, floats, 1, 8));
    illegal(() -> kernels.encodePacked(e4m3, floats, 0, bytes, 0, 8), "8 bits: expected at most 4");
    illegal(() -> kernels.decodePacked(FloatFormat.E4M3, bytes, 0, floats, 0, 8), "8 bits: expected at most 4");
    illegal(() -> kernels.encode(e2m1.withStochastic(8), floats, 0, bytes, 0, 8), "failing does not have it");
    illegal(() -> kernels.encode(Conversion.cuda(FloatFormat.BF16), floats, 0, bytes, 0, 8), "failing does not have it");
    illegal(() -> kernels.decode(FloatFormat.FP16, bytes, 0, floats, 0, 8), "failing does not decode it");
    illegal(() -> kernels.encodeStochastic(e2m1.withStochastic(8), floats, 0, new int[8], 0, bytes, 0, 8), "no stochastic rounding");
  }

  @Test
  void whatIsNotSupportedIsRefusedByName() {
    ConversionKernels kernels = Bundled.kernels("host");
    illegal(
        () -> kernels.encode(Conversion.cuda(FloatFormat.E2M1).after(FloatFormat.BF16), new float[1], 0, new byte[1], 0, 1), "host does not have it");
  }

  private static void outOfBounds(ThrowingCallable call) {
    assertThatExceptionOfType(IndexOutOfBoundsException.class).isThrownBy(call);
  }

  private static void illegal(ThrowingCallable call, String message) {
    assertThatExceptionOfType(IllegalArgumentException.class).isThrownBy(call).withMessageContaining(message);
  }
}
