package io.github.fp4j.conformance.tensorfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TensorFileTest {
  @TempDir Path folder;

  @Test
  void theFirstBytesTellTheFormat() throws IOException {
    for (String name : new String[] {"all_types.safetensors", "all_types.gguf", "v1_f4_2x3.npy"}) {
      Path file = folder.resolve("wrong.extension");
      Files.write(file, Fixtures.bytes(name));
      try (Arena arena = Arena.ofConfined()) {
        TensorFile opened = TensorFile.open(file, arena);
        assertThat(opened.file()).isEqualTo(file.toString());
        assertThat(name).endsWith("." + opened.format().toString().toLowerCase(Locale.ROOT));
        assertThat(opened.tensors()).isNotEmpty();
      }
    }
  }

  @Test
  void refusesAnythingElse() throws IOException {
    assertThatIOException().isThrownBy(() -> Fixtures.parse("x", new byte[0]))
        .withMessage("x: begins with nothing (0 bytes): expected a safetensors, GGUF or npy file");
    assertThatIOException().isThrownBy(() -> Fixtures.parse("x", new byte[] {1, 2, 3}))
        .withMessage("x: begins with 01 02 03: expected a safetensors, GGUF or npy file");
    assertThatIOException().isThrownBy(() -> Fixtures.parse("x", new byte[] {'P', 'K', 3, 4, 0, 0, 0, 0, 0, 0, 0}))
        .withMessage("x: begins with 50 4B 03 04 00 00 00 00 00 (a zip archive: npz, or what torch.save writes): expected a safetensors, GGUF or npy file");
    try (Arena arena = Arena.ofConfined()) {
      assertThatIOException().isThrownBy(() -> TensorFile.open(folder.resolve("absent"), arena)).isInstanceOf(NoSuchFileException.class);
      assertThatIOException().isThrownBy(() -> TensorFile.open(folder, arena)).withMessage(folder + ": is a folder: expected a file");
      Path empty = Files.createFile(folder.resolve("empty"));
      assertThatIOException().isThrownBy(() -> TensorFile.open(empty, arena)).withMessageContaining("begins with nothing (0 bytes)");
    }
  }
}
