package io.github.fp4j.conformance.cli;

import io.github.fp4j.conformance.vectors.AnswerFile;
import io.github.fp4j.conformance.vectors.AnswerFolder;
import io.github.fp4j.conformance.vectors.AnswerReader;
import io.github.fp4j.conformance.vectors.AnswerSource;
import java.io.BufferedReader;
import java.io.Closeable;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Answers that were opened, in whichever form.
 *
 * @param source the answers
 * @param closing what to close when they have been read
 */
record Answers(AnswerSource source, Closeable closing) implements Closeable {

  /** @param file a folder, a file of either kind; null for text on standard input */
  static Answers open(@Nullable Path file) throws IOException {
    if (file != null && Files.isDirectory(file)) {
      return new Answers(AnswerFolder.of(file), () -> {});
    }
    if (file != null && beginsLikeAContainer(file)) {
      Arena arena = Arena.ofConfined();
      try {
        return new Answers(AnswerFile.map(file, arena), arena::close);
      } catch (IOException | IllegalArgumentException e) {
        arena.close();
        throw e;
      }
    }
    InputStream bytes = file == null ? new FileInputStream(FileDescriptor.in) : Files.newInputStream(file);
    BufferedReader in = new BufferedReader(new InputStreamReader(bytes, StandardCharsets.UTF_8), 1 << 16);
    return new Answers(new AnswerReader(in), in);
  }

  private static boolean beginsLikeAContainer(Path file) throws IOException {
    try (InputStream in = Files.newInputStream(file)) {
      return new String(in.readNBytes(4), StandardCharsets.ISO_8859_1).equals("FP4J");
    }
  }

  @Override
  public void close() throws IOException {
    closing.close();
  }
}
