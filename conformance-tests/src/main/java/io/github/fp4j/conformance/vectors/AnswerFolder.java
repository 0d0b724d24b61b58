package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.tensorfile.Npy;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.conformance.tensorfile.TensorInfo;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;

/** Answers as a folder of npy files, {@code ID.ARRAY.npy} each, with the header of the questions as {@code header.json}. */
public final class AnswerFolder implements AnswerSource {
  private static final String HEADER = "header.json";

  private final Path folder;
  private final VectorHeader header;

  private AnswerFolder(Path folder, VectorHeader header) {
    this.folder = folder;
    this.header = header;
  }

  /**
   * Reads the header.
   *
   * @throws IllegalArgumentException if it is missing or wrong
   */
  public static AnswerFolder of(Path folder) throws IOException {
    Path file = folder.resolve(HEADER);
    if (!Files.isRegularFile(file)) {
      throw new IllegalArgumentException(file + ": no such file; expected the header of the questions, suite, seed, count and sha256 at least");
    }
    try {
      return new AnswerFolder(folder, AnswerFile.header(VectorContainer.MAPPER.readTree(Files.readAllBytes(file))));
    } catch (JacksonException e) {
      throw new IllegalArgumentException(file + ": no JSON: " + e.getOriginalMessage(), e);
    }
  }

  @Override
  public VectorHeader header() {
    return header;
  }

  @Override
  public void read(AnswerSheet sheet) {
    for (VectorBatch batch : sheet.batches()) {
      List<Path> files = batch.question().outputs().stream().map(output -> file(batch, output)).toList();
      if (files.stream().allMatch(Files::exists)) {
        enter(batch, files, sheet);
      } else if (files.stream().anyMatch(Files::exists)) {
        sheet.malformed("id " + batch.first() + ": only some of " + files);
      }
    }
  }

  private Path file(VectorBatch batch, TensorInfo output) {
    return folder.resolve(batch.first() + "." + output.name() + ".npy");
  }

  private static void enter(VectorBatch batch, List<Path> files, AnswerSheet sheet) {
    try (Arena arena = Arena.ofConfined()) {
      List<Tensor> arrays = new ArrayList<>();
      for (Path file : files) {
        Tensor mapped = Npy.map(file, arena);
        arrays.add(Tensor.of(mapped.info(), MemorySegment.ofArray(mapped.data().toArray(ValueLayout.JAVA_BYTE))));
      }
      batch.enter(arrays, sheet);
    } catch (IOException | IllegalArgumentException e) {
      sheet.malformed("id " + batch.first() + ": " + e.getMessage());
    }
  }
}
