package io.github.fp4j.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.Backends;
import io.github.fp4j.bridge.LibraryStatus;
import io.github.fp4j.bridge.NativeLibraries;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.List;
import org.junit.jupiter.api.Test;
import picocli.CommandLine;

class DoctorCommandTest {
  @Test
  void everyBackendAndLibraryIsNamedAndEveryPlaceOnce() {
    CommandLine line = Main.commandLine();
    StringWriter out = new StringWriter();
    line.setOut(new PrintWriter(out));
    assertThat(line.execute("doctor")).isZero();
    List<String> lines = out.toString().lines().toList();
    for (Backend backend : Backends.all()) {
      assertThat(lines).as(backend.name()).anyMatch(text -> text.matches(" {2}" + backend.name() + " +(yes|no) {2,}\\S.*"));
    }
    int missing = 0;
    for (LibraryStatus library : NativeLibraries.searches()) {
      assertThat(lines).as(library.name()).anyMatch(text -> text.startsWith("  " + library.name() + " "));
      if (library instanceof LibraryStatus.Missing(String name, List<String> tried, String reason)) {
        for (String place : tried) {
          assertThat(lines).as(name).anyMatch(text -> text.endsWith("looked: " + place));
        }
        assertThat(lines).as("places have lines of their own").noneMatch(text -> text.contains(" (" + String.join("; ", tried) + ")"));
        missing++;
      }
    }
    assertThat(lines.stream().filter(text -> text.contains("looked: ")).count()).isGreaterThanOrEqualTo(missing);
  }
}
