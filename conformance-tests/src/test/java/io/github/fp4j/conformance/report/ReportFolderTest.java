package io.github.fp4j.conformance.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIOException;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReportFolderTest {
  @TempDir private Path folder;

  @Test
  void aFileIsReplacedWhenItsSuccessorIsComplete() throws IOException {
    Path file = Files.writeString(folder.resolve("report.json"), "before");
    ReportFolder.place(file, out -> {
      out.write("after".getBytes());
      assertThat(file).hasContent("before");
    });
    assertThat(file).hasContent("after");
    assertThat(folder).isDirectoryNotContaining("glob:**.part");
  }

  @Test
  void whatFailsHalfwayLeavesNothing() throws IOException {
    Path file = Files.writeString(folder.resolve("report.json"), "before");
    assertThatIOException()
        .isThrownBy(
            () ->
                ReportFolder.place(file, out -> {
                  out.write(new byte[1 << 20]);
                  throw new IOException("no more");
                }))
        .withMessage("no more");
    assertThat(file).hasContent("before");
    assertThat(folder).isDirectoryNotContaining("glob:**.part");
  }

  @Test
  void aPlaceThatCannotBeIsNamed() {
    assertThatIOException().isThrownBy(() -> ReportFolder.place(folder, "text")).withMessage(folder + ": is a folder: expected the name of a file to write");
    Path lost = folder.resolve("missing").resolve("report.json");
    assertThatIOException().isThrownBy(() -> ReportFolder.place(lost, "text")).withMessage(lost + ": the folder " + lost.getParent() + " does not exist");
  }
}
