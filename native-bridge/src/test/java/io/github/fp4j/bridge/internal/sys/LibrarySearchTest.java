package io.github.fp4j.bridge.internal.sys;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LibrarySearchTest {
  @TempDir private Path folder;

  @Test
  void everyPlaceIsNamedInOrder() {
    LibrarySearch search =
        new LibrarySearch("libabsent.so.1").setting("fp4j.test.absent", "FP4J_TEST_ABSENT").packaged().loader().folders("folders", List.of(folder.toString()));
    assertThat(search.found()).isEmpty();
    assertThat(search.tried()).hasSize(4);
    assertThat(search.tried().get(0)).isEqualTo("-Dfp4j.test.absent and FP4J_TEST_ABSENT: not set");
    assertThat(search.tried().get(1)).isEqualTo("the jar: none for " + PackagedLibraries.platform());
    assertThat(search.tried().get(2)).startsWith("the loader's path: libabsent.so.1: cannot open shared object file");
    assertThat(search.tried().get(3)).isEqualTo("folders (" + folder + "): not there");
    assertThat(search.reason()).startsWith("libabsent.so.1 not found (-Dfp4j.test.absent and FP4J_TEST_ABSENT: not set; the jar: ");
  }

  @Test
  void aPathThatWasSetIsTheOnlyOneTried() {
    System.setProperty("fp4j.test.library", folder.resolve("nowhere.so").toString());
    try {
      LibrarySearch search = new LibrarySearch("libc.so.6").setting("fp4j.test.library", "FP4J_TEST_LIBRARY").loader();
      assertThat(search.found()).isEmpty();
      assertThat(search.tried()).singleElement().asString().startsWith("-Dfp4j.test.library: ").contains("nowhere.so");
    } finally {
      System.clearProperty("fp4j.test.library");
    }
  }

  @Test
  void aBrokenLibraryDoesNotEndTheSearch() throws IOException {
    Files.writeString(folder.resolve("libbroken.so"), "");
    LibrarySearch search = new LibrarySearch("libbroken.so").folders("first", List.of(folder.toString())).loader();
    assertThat(search.tried()).hasSize(2);
    assertThat(search.tried().get(0)).startsWith("first: ").contains("file too short");
  }

  @Test
  void aPackagedLibraryIsCopiedOnceAndADamagedCopyReplaced() throws IOException {
    byte[] content = {1, 2, 3, 4};
    Path copy = PackagedLibraries.copy(folder, "lib.so", content);
    Object firstKey = Files.readAttributes(copy, BasicFileAttributes.class).fileKey();
    assertThat(copy).hasBinaryContent(content);
    assertThat(PackagedLibraries.copy(folder, "lib.so", content)).isEqualTo(copy);
    assertThat(Files.readAttributes(copy, BasicFileAttributes.class).fileKey()).isEqualTo(firstKey);
    Files.write(copy, new byte[] {9});
    assertThat(PackagedLibraries.copy(folder, "lib.so", content)).isEqualTo(copy).hasBinaryContent(content);
    assertThat(PackagedLibraries.copy(folder, "lib.so", new byte[] {5})).isNotEqualTo(copy);
    try (Stream<Path> left = Files.list(copy.getParent())) {
      assertThat(left).containsExactly(copy);
    }
  }
}
