package io.github.fp4j.conformance.tensorfile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIOException;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.lang.foreign.MemorySegment;
import java.nio.channels.ClosedByInterruptException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.core.JsonParser;

class TensorWriterTest {
  private static final List<TensorInfo> TWO = List.of(new TensorInfo("a", DataType.U8, 4), new TensorInfo("b", DataType.U8, 2));

  @TempDir Path folder;

  private static MemorySegment zeros(int count) {
    return MemorySegment.ofArray(new byte[count]);
  }

  @Test
  void thereIsNoFileBeforeTheCommit() throws IOException {
    Path file = folder.resolve("out.safetensors");
    try (TensorWriter writer = Safetensors.create(file, Map.of(), TWO)) {
      writer.append("b", zeros(1));
      writer.append("a", zeros(4));
      writer.append("b", zeros(1));
      assertThat(file).doesNotExist();
      writer.commit();
      assertThat(file).exists();
    }
    assertThat(folder).isDirectoryContaining(file::equals);
    assertThat(names()).containsExactly("out.safetensors");
  }

  @Test
  void anExistingFileStaysUntilTheCommit() throws IOException {
    Path file = folder.resolve("out.safetensors");
    Files.writeString(file, "old");
    try (TensorWriter writer = Safetensors.create(file, Map.of(), TWO)) {
      writer.append("a", zeros(4));
    }
    assertThat(file).hasContent("old");
    assertThat(names()).containsExactly("out.safetensors");
  }

  @Test
  void anIncompleteFileIsNotCommitted() throws IOException {
    Path file = folder.resolve("out.safetensors");
    try (TensorWriter writer = Safetensors.create(file, Map.of(), TWO)) {
      writer.append("a", zeros(4));
      writer.append("b", zeros(1));
      assertThatExceptionOfType(IllegalStateException.class).isThrownBy(writer::commit).withMessage("tensor \"b\" lacks 1 of its 2 bytes");
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void refusesBytesThatWereNotDeclared() throws IOException {
    try (TensorWriter writer = Safetensors.create(folder.resolve("out"), Map.of(), TWO)) {
      writer.append("a", zeros(3));
      assertThatIllegalArgumentException().isThrownBy(() -> writer.append("a", zeros(2)))
          .withMessage("tensor \"a\": 2 more bytes, expected at most 1 of a U8[4]");
      assertThatIllegalArgumentException().isThrownBy(() -> writer.append("c", zeros(1))).withMessage("tensor \"c\" was not declared; declared were [a, b]");
    }
  }

  @Test
  void anInterruptLeavesNothing() throws IOException {
    Path file = folder.resolve("out.safetensors");
    try (TensorWriter writer = Safetensors.create(file, Map.of(), TWO)) {
      Thread.currentThread().interrupt();
      assertThatExceptionOfType(ClosedByInterruptException.class).isThrownBy(() -> writer.append("a", zeros(4)));
    } finally {
      assertThat(Thread.interrupted()).isTrue();
    }
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void refusesATargetThatCannotBecomeAFile() {
    assertThatIOException().isThrownBy(() -> Safetensors.create(folder, Map.of(), TWO)).withMessage(folder + ": is a folder: expected the name of a file to write");
    Path file = folder.resolve("absent").resolve("out");
    assertThatIOException().isThrownBy(() -> Safetensors.create(file, Map.of(), TWO))
        .withMessage(file + ": the folder " + folder.resolve("absent") + " does not exist");
  }

  @Test
  void endingTheJvmLeavesNothing() throws Exception {
    assertThat(endWhileWriting(Process::destroy)).isEqualTo(128 + 15);
    assertThat(folder).isEmptyDirectory();
  }

  @Test
  void killingTheJvmLeavesNoFileWithTheName() throws Exception {
    assertThat(endWhileWriting(Process::destroyForcibly)).isEqualTo(128 + 9);
    assertThat(names()).singleElement().asString().startsWith(".out.safetensors.").endsWith(".part");
  }

  private interface End {
    void accept(Process process);
  }

  /** Starts a JVM that writes half a file and waits, ends it, and returns its exit status. */
  private int endWhileWriting(End end) throws Exception {
    Path java = Path.of(System.getProperty("java.home"), "bin", "java");
    String classPath = codeOf(TensorWriter.class) + System.getProperty("path.separator") + codeOf(HalfWriter.class) + System.getProperty("path.separator")
        + codeOf(JsonParser.class);
    Process process = new ProcessBuilder(java.toString(), "-cp", classPath, HalfWriter.class.getName(), folder.resolve("out.safetensors").toString())
        .redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader out = new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
      assertThat(out.readLine()).isEqualTo("half written");
      assertThat(names()).singleElement().asString().endsWith(".part");
      end.accept(process);
      assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
      return process.exitValue();
    } finally {
      process.destroyForcibly();
    }
  }

  private static Path codeOf(Class<?> type) throws Exception {
    return Path.of(type.getProtectionDomain().getCodeSource().getLocation().toURI());
  }

  private List<String> names() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.map(file -> file.getFileName().toString()).toList();
    }
  }

  /** The other JVM of {@link #endWhileWriting}. */
  static final class HalfWriter {
    private HalfWriter() {}

    public static void main(String[] arguments) throws Exception {
      try (TensorWriter writer = Safetensors.create(Path.of(arguments[0]), Map.of(), TWO)) {
        writer.append("a", zeros(4));
        System.out.println("half written");
        Thread.sleep(TimeUnit.MINUTES.toMillis(1));
        writer.append("b", zeros(2));
        writer.commit();
      }
    }
  }
}
