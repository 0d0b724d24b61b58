package io.github.fp4j.bridge;

import io.github.fp4j.bridge.internal.sys.Fp4jAbi;
import io.github.fp4j.bridge.internal.sys.LoadedLibrary;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/** The functions of one library with the ABI of {@code fp4j.h}: every result code checked. */
final class Fp4jLibrary {

  /** A function that turns one array into another. */
  record Function(String name, MemorySegment address) {}

  final Function encode32;
  final Function encode64;
  final Function encodePacked;
  final Function decode;
  final Function decodePacked;

  private final LoadedLibrary library;
  private final String name;
  private final String description;
  private String threads = "a call uses its caller's thread";
  private final MemorySegment supports;
  private final MemorySegment supportsDecoding;

  /**
   * Looks up every function.
   *
   * @throws NativeLibraryException if one is missing, the version is not ours, or the library has no name
   */
  Fp4jLibrary(LoadedLibrary library) throws NativeLibraryException {
    this.library = library;
    int version = Fp4jAbi.version(find(library, "fp4j_abi_version"));
    if (version != Fp4jAbi.VERSION) {
      throw new NativeLibraryException(
          library.file(), "fp4j_abi_version() = " + version + ": expected " + Fp4jAbi.VERSION + " (build it with this release's fp4j.h)");
    }
    supports = find(library, "fp4j_supports");
    supportsDecoding = find(library, "fp4j_supports_decoding");
    encode32 = function(library, "fp4j_encode_f32");
    encode64 = function(library, "fp4j_encode_f64");
    encodePacked = function(library, "fp4j_encode_packed");
    decode = function(library, "fp4j_decode");
    decodePacked = function(library, "fp4j_decode_packed");
    name = text(library, "fp4j_name");
    description = text(library, "fp4j_description");
  }

  private static MemorySegment find(LoadedLibrary library, String symbol) throws NativeLibraryException {
    return library.find(symbol).orElseThrow(
        () -> new NativeLibraryException(library.file(), "no function " + symbol + ": expected a library with all functions of fp4j.h"));
  }

  private static Function function(LoadedLibrary library, String symbol) throws NativeLibraryException {
    return new Function(symbol, find(library, symbol));
  }

  private static String text(LoadedLibrary library, String symbol) throws NativeLibraryException {
    return LoadedLibrary.text(Fp4jAbi.text(find(library, symbol))).filter(text -> !text.isBlank()).orElseThrow(
        () -> new NativeLibraryException(library.file(), symbol + "() is null, empty or endless: expected a short text"));
  }

  /**
   * Says how many threads a call may use, for all callers in this process.
   *
   * @param source who wants that, for messages
   * @throws NativeLibraryException if the library has no threads
   */
  void allowThreads(int count, String source) throws NativeLibraryException {
    Function function = optional("fp4j_set_threads").orElseThrow(
        () -> new NativeLibraryException(library.file(), "no function fp4j_set_threads: " + source + " asks for threads"));
    check(function, Fp4jAbi.setThreads(function.address, count));
    String used = count == 0 ? "as many threads as there are processors" : count == 1 ? "its caller's thread" : "up to " + count + " threads";
    threads = "a call uses " + used + ": " + source;
  }

  /** How many threads a call may use, and who said so. */
  String threads() {
    return threads;
  }

  /** A function that a library may lack. */
  Optional<Function> optional(String symbol) {
    return library.find(symbol).map(address -> new Function(symbol, address));
  }

  String name() {
    return name;
  }

  String description() {
    return description;
  }

  boolean supports(MemorySegment conversion, int input) {
    return Fp4jAbi.supports(supports, conversion, input) != 0;
  }

  boolean supportsDecoding(MemorySegment format) {
    return Fp4jAbi.supportsDecoding(supportsDecoding, format) != 0;
  }

  /**
   * Calls one of the five array functions.
   *
   * @throws NativeCallException unless it returns {@code FP4J_OK}
   */
  void call(Function function, MemorySegment how, MemorySegment source, MemorySegment target, int count) {
    check(function, Fp4jAbi.transform(function.address, how, source, target, count));
  }

  /**
   * Turns what a function returned into an exception.
   *
   * @throws NativeCallException unless it is {@code FP4J_OK}
   */
  void check(Function function, int status) {
    if (status != Fp4jAbi.OK) {
      throw new NativeCallException(name, function.name, status, meaning(status));
    }
  }

  private static String meaning(int status) {
    return switch (status) {
      case Fp4jAbi.UNSUPPORTED -> "FP4J_UNSUPPORTED, of what the library says it supports";
      case Fp4jAbi.BAD_ARGUMENT -> "FP4J_BAD_ARGUMENT";
      case Fp4jAbi.FAILED -> "FP4J_FAILED";
      default -> "no result code of fp4j.h";
    };
  }
}
