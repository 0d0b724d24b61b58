package io.github.fp4j.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** {@code fp4j conform --isolate}: what ends a subject's process ends nothing else. */
class IsolatedTest {
  private static final Path HEADERS = Path.of("..", "cuda-src", "include").toAbsolutePath().normalize();

  /** Decodes E2M1 rightly, and encodes what need not be rounded; else comes what the test puts for END. */
  private static final String ENDING =
      """
      #include <signal.h>
      #include <stdio.h>
      #include <stdlib.h>
      #include <string.h>
      #include <unistd.h>
      #include "fp4j/fp4j.h"
      int32_t fp4j_abi_version(void) { return FP4J_ABI_VERSION; }
      const char* fp4j_name(void) { return "ending"; }
      const char* fp4j_description(void) { return "ends the process"; }
      static int e2m1(const fp4j_format* f) { return f->exponent_bits == 2 && f->mantissa_bits == 1; }
      int32_t fp4j_supports(const fp4j_conversion* conversion, int32_t input) { return e2m1(&conversion->format); }
      int32_t fp4j_supports_decoding(const fp4j_format* format) { return e2m1(format); }
      static const float VALUES[16] = {0, .5f, 1, 1.5f, 2, 3, 4, 6, -0.f, -.5f, -1, -1.5f, -2, -3, -4, -6};
      static uint8_t code(float value) {
        for (int i = 0; i < 16; i++) if (!memcmp(&VALUES[i], &value, 4)) return i;
        END;
        return 0;
      }
      int32_t fp4j_encode_f32(const fp4j_conversion* c, const float* values, uint8_t* codes, size_t count) {
        for (size_t i = 0; i < count; i++) codes[i] = code(values[i]);
        return FP4J_OK;
      }
      int32_t fp4j_encode_f64(const fp4j_conversion* c, const double* values, uint8_t* codes, size_t count) {
        for (size_t i = 0; i < count; i++) codes[i] = code((float) values[i]);
        return FP4J_OK;
      }
      int32_t fp4j_encode_packed(const fp4j_conversion* c, const float* values, uint8_t* packed, size_t count) {
        for (size_t i = 0; i < count; i++) packed[i / 2] = (uint8_t) ((i & 1 ? packed[i / 2] & 15 : 0) | code(values[i]) << 4 * (i & 1));
        return FP4J_OK;
      }
      int32_t fp4j_decode(const fp4j_format* f, const uint8_t* codes, float* values, size_t count) {
        printf("decoding without an end of line");
        fflush(stdout);
        for (size_t i = 0; i < count; i++) values[i] = VALUES[codes[i] & 15];
        return FP4J_OK;
      }
      int32_t fp4j_decode_packed(const fp4j_format* f, const uint8_t* packed, float* values, size_t count) {
        for (size_t i = 0; i < count; i++) values[i] = VALUES[packed[i / 2] >> 4 * (i & 1) & 15];
        return FP4J_OK;
      }
      """;

  @TempDir private Path folder;

  private String library(String name, String end) throws IOException, InterruptedException {
    Path file = Files.writeString(folder.resolve(name + ".c"), ENDING.replace("END", end));
    Path library = folder.resolve(name + ".so");
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
    return library.toString();
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

  private static List<String> verdicts(Path report) {
    return JsonMapper.shared().readTree(report.resolve("report.json").toFile()).get("results").valueStream()
        .filter(result -> !result.get("verdict").asString().equals("UNSUPPORTED"))
        .map(result -> result.get("subject").asString() + " " + result.get("id").asString() + " " + result.get("verdict").asString())
        .toList();
  }

  /** Three classes of E2M1: every code there and back, which is right, and two ways of rounding, in which the library ends its process. */
  private Run conformed(String library, String... more) {
    List<String> arguments =
        new ArrayList<>(
            List.of(
                "conform", "--isolate", "--level", "quick", "--library", library, "--backend", "reference", "--report", folder.resolve("report").toString(),
                "--class", "X1/e2m1,X6/e2m1/nearest-even/saturate,X6/e2m1/toward-zero/saturate"));
    arguments.addAll(List.of(more));
    return run(arguments.toArray(String[]::new));
  }

  @Test
  void aFaultInALibraryIsTheCrashOfOneClassAndEverythingElseIsJudged() throws Exception {
    Run run = conformed(library("faulting", "*(volatile int*) 8 = 1"));
    assertThat(run.status).isEqualTo(ExitCode.CRASH);
    assertThat(run.out).containsPattern("SIGSEGV \\(0xb\\) in C  \\[faulting.so\\+0x[0-9a-f]+] .*: its process ended with exit status 134, signal 6");
    List<String> verdicts = verdicts(folder.resolve("report"));
    assertThat(verdicts.stream().filter(line -> line.startsWith("reference ")).toList()).hasSize(3).allMatch(line -> line.endsWith(" PASS"));
    List<String> faulting = verdicts.stream().filter(line -> line.startsWith("faulting.so ")).toList();
    assertThat(faulting).hasSize(3).first().isEqualTo("faulting.so X1/e2m1 PASS");
    assertThat(faulting.subList(1, 3)).allMatch(line -> line.startsWith("faulting.so X6/e2m1/") && line.endsWith(" CRASH"));
    assertThat(folder.resolve("report").resolve("index.html")).content().contains("faulting.so+0x");
  }

  @Test
  void anExitAndAHangAreCrashesToo() throws Exception {
    Run exit = conformed(library("exiting", "fputs(\"device lost\\n\", stderr), _exit(77)"));
    assertThat(exit.out).contains("ended with exit status 77; standard error ends: ", "device lost");
    assertThat(exit.status).isEqualTo(ExitCode.CRASH);
    Run silent = conformed(library("silent", "for (;;) sleep(1)"), "--timeout", "8");
    assertThat(silent.out).contains("timed out", "judged nothing for 8.0 s");
    assertThat(silent.status).isEqualTo(ExitCode.CRASH);
    assertThat(verdicts(folder.resolve("report"))).contains("silent.so X1/e2m1 PASS", "reference X1/e2m1 PASS");
  }

  @Test
  void aLibraryThatCannotBeLoadedIsACrashInEveryClass() {
    Run run = conformed(folder.resolve("missing.so").toString());
    assertThat(run.status).isEqualTo(ExitCode.CRASH);
    assertThat(run.out).contains("missing.so");
    assertThat(verdicts(folder.resolve("report"))).contains("missing.so X1/e2m1 CRASH", "reference X1/e2m1 PASS");
  }

  /** The counts are those of a run in this process. */
  @Test
  void aBackendIsJudgedAsItIsInThisProcess() {
    List<String> arguments = List.of("conform", "--level", "quick", "--backend", "reference", "--suite", "X1,X5,X6,X8,XH", "--report");
    List<JsonNode> results = new ArrayList<>();
    for (String isolated : List.of("", "--isolate")) {
      List<String> all = new ArrayList<>(arguments);
      Path report = folder.resolve("report" + isolated);
      all.add(report.toString());
      if (!isolated.isEmpty()) {
        all.add(isolated);
      }
      assertThat(run(all.toArray(String[]::new)).status).isZero();
      JsonNode judged = JsonMapper.shared().readTree(report.resolve("report.json").toFile()).get("results");
      judged.valueStream().forEach(result -> ((ObjectNode) result).remove("seconds"));
      results.add(judged);
    }
    assertThat(results.getFirst().size()).isGreaterThan(150);
    assertThat(results.getLast()).isEqualTo(results.getFirst());
  }

  @Test
  void aLibraryIsNotLoadedIntoTheJudge() {
    Run run = run("conform", "--library", "device.so");
    assertThat(run.status).isEqualTo(ExitCode.USAGE);
    assertThat(run.err).contains("--library device.so: expected --isolate with it");
  }
}
