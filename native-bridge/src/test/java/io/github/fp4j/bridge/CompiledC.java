package io.github.fp4j.bridge;

import static org.junit.jupiter.api.Assumptions.abort;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/** Small C sources compiled for one test; without a C compiler the test is reported as aborted. */
public final class CompiledC {
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

  private static final Map<List<String>, Path> COMPILED = new ConcurrentHashMap<>();

  private CompiledC() {}

  /** A copy at {@code library} of a C file as a library; each copy has a state of its own. */
  public static Path copyOf(Path cFile, Path library, List<String> flags) throws IOException {
    List<String> key = new ArrayList<>(flags);
    key.add(cFile.toString());
    Path compiled = COMPILED.get(key);
    if (compiled == null) {
      compiled = Files.createTempFile("fp4j-test", ".so");
      compiled.toFile().deleteOnExit();
      List<String> arguments = new ArrayList<>(List.of("-shared", "-fPIC", "-O1", "-o", compiled.toString()));
      arguments.addAll(flags);
      compile(cFile, arguments);
      COMPILED.put(key, compiled);
    }
    return Files.copy(compiled, library);
  }

  private static @Nullable Path kernels;

  /** The kernels of cuda-src, compiled as C++ for their execution model on the CPU, with {@code driver/kernels.cpp} over them; Linux only. */
  public static synchronized Path kernelsOnCpu() throws IOException {
    if (kernels == null) {
      Path folder = Files.createTempDirectory("fp4j-kernels");
      Path cuda = HEADERS.getParent();
      List<Path> sources = new ArrayList<>();
      for (String part : List.of("kernels/*.cu", "shim/*.cpp")) {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(cuda.resolve(part).getParent(), part.substring(part.indexOf('/') + 1))) {
          files.forEach(sources::add);
        }
      }
      sources.add(cuda.resolve("shim").resolve("driver").resolve("kernels.cpp"));
      List<String> command =
          new ArrayList<>(List.of("c++", "-std=c++17", "-O1", "-fPIC", "-shared", "-w", "-DFP4J_ON_CPU", "-xc++", "-o", folder.resolve("kernels.so").toString()));
      List.of(".", "include", "kernels", "shim").forEach(include -> command.add("-I" + cuda.resolve(include)));
      sources.forEach(source -> command.add(source.toString()));
      String output = run(command);
      if (!output.isEmpty()) {
        throw new AssertionError(output);
      }
      kernels = folder.resolve("kernels.so");
      List.of(folder, kernels).forEach(path -> path.toFile().deleteOnExit());
    }
    return kernels;
  }

  static Path library(Path folder, String name, String source) throws IOException {
    return libraryFile(folder.resolve(System.mapLibraryName(name)), source);
  }

  static Path libraryFile(Path library, String source) throws IOException {
    compile(library.resolveSibling(library.getFileName() + ".c"), source, List.of("-shared", "-fPIC", "-o", library.toString()));
    return library;
  }

  /** Compiles a C++ program, with the folders of {@code includes} searched for headers. */
  public static Path cppProgram(Path folder, String name, String source, List<Path> includes) throws IOException {
    Path file = Files.writeString(folder.resolve(name + ".cpp"), source);
    Path program = folder.resolve(name);
    List<String> command = new ArrayList<>(List.of("c++", "-std=c++17"));
    includes.forEach(include -> command.add("-I" + include));
    command.addAll(List.of("-o", program.toString(), file.toString()));
    String output = run(command);
    if (!output.isEmpty()) {
      throw new AssertionError(output);
    }
    return program;
  }

  static Path program(Path folder, String name, String source) throws IOException {
    Path program = folder.resolve(name);
    compile(folder.resolve(name + ".c"), source, List.of("-o", program.toString()));
    return program;
  }

  private static void compile(Path file, String source, List<String> arguments) throws IOException {
    compile(Files.writeString(file, source), arguments);
  }

  private static void compile(Path file, List<String> arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("cc", "-I" + HEADERS));
    command.addAll(arguments);
    command.add(file.toString());
    String output = run(command);
    if (!output.isEmpty()) {
      throw new AssertionError(output);
    }
  }

  /** What a command prints. */
  public static String run(List<String> command) throws IOException {
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
