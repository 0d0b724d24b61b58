package io.github.fp4j.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** {@code fp4j conform --isolate}: what ends a subject's process ends nothing else. */
class IsolatedTest {
  private static final Path HEADERS = Path.of("..", "cuda-src", "include").toAbsolutePath().normalize();

  private static final String ABORTING =
      """
      #include <stdio.h>
      #include <stdlib.h>
      #include <unistd.h>
      #include "fp4j/fp4j.h"
      #define END fputs("device lost\\n", stderr), _exit(77)
      int32_t fp4j_abi_version(void) { return FP4J_ABI_VERSION; }
      const char* fp4j_name(void) { return "aborting"; }
      const char* fp4j_description(void) { return "ends the process"; }
      int32_t fp4j_supports(const fp4j_conversion* conversion, int32_t input) { return 1; }
      int32_t fp4j_supports_decoding(const fp4j_format* format) { return 1; }
      int32_t fp4j_encode_f32(const fp4j_conversion* c, const float* values, uint8_t* codes, size_t count) { END; }
      int32_t fp4j_encode_f64(const fp4j_conversion* c, const double* values, uint8_t* codes, size_t count) { END; }
      int32_t fp4j_encode_packed(const fp4j_conversion* c, const float* values, uint8_t* packed, size_t count) { END; }
      int32_t fp4j_decode(const fp4j_format* f, const uint8_t* codes, float* values, size_t count) { END; }
      int32_t fp4j_decode_packed(const fp4j_format* f, const uint8_t* packed, float* values, size_t count) { END; }
      """;

  @TempDir private Path folder;

  private Path library(String source) throws IOException, InterruptedException {
    Path file = Files.writeString(folder.resolve("aborting.c"), source);
    Path library = folder.resolve("aborting.so");
    Process process;
    try {
      process =
          new ProcessBuilder("cc", "-shared", "-fPIC", "-I", HEADERS.toString(), "-o", library.toString(), file.toString())
              .redirectErrorStream(true)
              .start();
    } catch (IOException e) {
      String message = "NOT RUN: no C compiler here: " + e.getMessage();
      System.err.println(message);
      return abort(message);
    }
    String text = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(text).isZero();
    return library;
  }

  private record Run(int status, String out, String err) {}

  private static Run run(String... arguments) {
    CommandLine line = Main.commandLine();
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    line.setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    int status = line.execute(arguments);
    return new Run(status, out.toString(), err.toString());
  }

  @Test
  void aLibraryThatEndsItsProcessIsACrashAndTheOthersGoOn() throws Exception {
    String ending = library(ABORTING).toString();
    Run run = run("conform", "--isolate", "--library", ending, "--backend", "reference", "--class", "XV/conversions");
    assertThat(run.out).contains("ended with exit status 77; standard error ends: ", "device lost");
    assertThat(run.status).isEqualTo(ExitCode.CRASH);
    List<String> lines = run.out.lines().toList();
    assertThat(lines).anyMatch(line -> line.endsWith("CRASH") && line.startsWith("aborting.so"));
    assertThat(lines).anyMatch(line -> line.startsWith("reference") && line.endsWith("PASS"));
    Run aborts = run("conform", "--isolate", "--library", library(ABORTING.replace("_exit(77)", "abort()")).toString(), "--class", "XV/conversions");
    assertThat(aborts.out).contains("ended with exit status 134, signal 6");
    assertThat(aborts.status).isEqualTo(ExitCode.CRASH);
    Run silent =
        run(
            "conform", "--isolate", "--timeout", "8", "--class", "XV/conversions", "--library",
            library(ABORTING.replace("_exit(77)", "sleep(1000)")).toString());
    assertThat(silent.out).contains("timed out", "printed nothing for 8.0 s");
    assertThat(silent.status).isEqualTo(ExitCode.CRASH);
  }

  @Test
  void aLibraryIsNotLoadedIntoTheJudge() {
    Run run = run("conform", "--library", "device.so");
    assertThat(run.status).isEqualTo(ExitCode.USAGE);
    assertThat(run.err).contains("--library device.so: expected --isolate with it");
  }
}
