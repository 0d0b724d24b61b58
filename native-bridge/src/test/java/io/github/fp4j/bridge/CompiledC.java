package io.github.fp4j.bridge;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Small C sources compiled for one test; without a C compiler the test is reported as aborted. */
final class CompiledC {
  private static final Path HEADERS = Path.of("..", "cuda-src", "include").toAbsolutePath().normalize();

  /** A library with every function of fp4j.h: it supports everything and fails at all of it. */
  static final String FAILING_LIBRARY =
      """
      #include "fp4j/fp4j.h"
      int32_t fp4j_abi_version(void) { return FP4J_ABI_VERSION; }
      const char* fp4j_name(void) { return "failing"; }
      const char* fp4j_description(void) { return "fails at everything"; }
      int32_t fp4j_supports(const fp4j_conversion* conversion, int32_t input) { return 1; }
      int32_t fp4j_supports_decoding(const fp4j_format* format) { return 1; }
      int32_t fp4j_encode_f32(const fp4j_conversion* c, const float* values, uint8_t* codes, size_t count) { return FP4J_FAILED; }
      int32_t fp4j_encode_f64(const fp4j_conversion* c, const double* values, uint8_t* codes, size_t count) { return FP4J_FAILED; }
      int32_t fp4j_encode_packed(const fp4j_conversion* c, const float* values, uint8_t* packed, size_t count) { return FP4J_FAILED; }
      int32_t fp4j_decode(const fp4j_format* f, const uint8_t* codes, float* values, size_t count) { return FP4J_FAILED; }
      int32_t fp4j_decode_packed(const fp4j_format* f, const uint8_t* packed, float* values, size_t count) { return 77; }
      """;

  private CompiledC() {}

  static Path library(Path folder, String name, String source) throws IOException {
    return libraryFile(folder.resolve(System.mapLibraryName(name)), source);
  }

  static Path libraryFile(Path library, String source) throws IOException {
    compile(library.resolveSibling(library.getFileName() + ".c"), source, List.of("-shared", "-fPIC", "-o", library.toString()));
    return library;
  }

  static Path program(Path folder, String name, String source) throws IOException {
    Path program = folder.resolve(name);
    compile(folder.resolve(name + ".c"), source, List.of("-o", program.toString()));
    return program;
  }

  private static void compile(Path file, String source, List<String> arguments) throws IOException {
    Files.writeString(file, source);
    List<String> command = new ArrayList<>(List.of("cc", "-I" + HEADERS));
    command.addAll(arguments);
    command.add(file.toString());
    String output = run(command);
    if (!output.isEmpty()) {
      throw new AssertionError(output);
    }
  }

  /** What a command prints. */
  static String run(List<String> command) throws IOException {
    Process process;
    try {
      process = new ProcessBuilder(command).redirectErrorStream(true).start();
    } catch (IOException e) {
      String message = "NOT RUN: no C compiler (cc) here: " + e.getMessage();
      System.err.println(message);
      return abort(message);
    }
    return new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
  }
}
