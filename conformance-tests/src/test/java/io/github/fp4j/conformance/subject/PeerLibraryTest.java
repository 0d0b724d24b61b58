package io.github.fp4j.conformance.subject;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A library that is not there is an answer that says where it was looked for. */
class PeerLibraryTest {
  private static final String PROPERTY = "fp4j.test.library";

  @TempDir private Path folder;

  @AfterEach
  void clear() {
    System.clearProperty(PROPERTY);
  }

  private static PeerLibrary find(Map<String, String> environment) {
    return PeerLibrary.find(PROPERTY, "FP4J_TEST_LIBRARY", "test/libtest.so", environment);
  }

  @Test
  void aMissingLibraryNamesEveryPlaceAndTheRemedy() {
    assertThat(find(Map.of()))
        .isInstanceOfSatisfying(
            PeerLibrary.Missing.class,
            missing ->
                assertThat(missing.reason())
                    .startsWith("libtest.so not found (looked in: -Dfp4j.test.library (not set), FP4J_TEST_LIBRARY (not set), ")
                    .endsWith("); conformance-tests/peers/fetch gets it"));
  }

  @Test
  void aNamedFileThatIsNotThereIsNotPassedOver() {
    System.setProperty(PROPERTY, folder.resolve("none.so").toString());
    assertThat(find(Map.of("FP4J_TEST_LIBRARY", "/other.so")))
        .isEqualTo(new PeerLibrary.Missing(folder.resolve("none.so") + ", named by -Dfp4j.test.library: no such file"));
  }

  @Test
  void aFileThatIsNoLibrarySaysSo() throws IOException {
    Path text = Files.writeString(folder.resolve("libtext.so"), "no library");
    assertThat(find(Map.of("FP4J_TEST_LIBRARY", text.toString())))
        .isInstanceOfSatisfying(
            PeerLibrary.Missing.class, missing -> assertThat(missing.reason()).startsWith(text + ", from FP4J_TEST_LIBRARY, cannot be loaded: "));
  }

  @Test
  void theProviderNeverThrowsAndListsEveryPeer() {
    assertThat(new PeerProvider().backends()).extracting(backend -> backend.name()).containsExactly("ggml", "onnxruntime");
  }
}
