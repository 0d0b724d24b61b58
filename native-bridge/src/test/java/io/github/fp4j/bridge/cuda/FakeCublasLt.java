package io.github.fp4j.bridge.cuda;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.fp4j.bridge.CompiledC;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Path;
import java.util.List;

/** The library of {@code fake_cublaslt.c}, beside the fake driver; it computes products from the descriptors. */
@SuppressWarnings("restricted")
final class FakeCublasLt {
  private final SymbolLookup symbols;
  private final CublasLt library;

  private FakeCublasLt(Path file, CublasLt library) {
    this.symbols = SymbolLookup.libraryLookup(file, Arena.global());
    this.library = library;
  }

  /** Puts it into the folder of an installed {@link FakeDriver}. */
  static FakeCublasLt install(Path folder) throws IOException {
    Path file = CompiledC.copyOf(Path.of("src", "test", "c", "fake_cublaslt.c"), folder.resolve("libcublasLt.so.13"), List.of("-Wl,--no-as-needed", "-lm"));
    return new FakeCublasLt(file, CublasLt.find().orElseThrow());
  }

  CublasLt library() {
    return library;
  }

  /** Handles and descriptors that are not destroyed. */
  int live() {
    return (int) call("fake_live", FunctionDescriptor.of(JAVA_INT));
  }

  /** How many of its functions were called, the queries of versions and words left out. */
  int calls() {
    return (int) call("fake_calls", FunctionDescriptor.of(JAVA_INT));
  }

  int products() {
    return (int) call("fake_products", FunctionDescriptor.of(JAVA_INT));
  }

  /** The first word of the algorithm that ran last. */
  long lastAlgorithm() {
    return (long) call("fake_last_algorithm", FunctionDescriptor.of(JAVA_LONG));
  }

  /** How many algorithms the heuristics offer. */
  void offer(int count) {
    call("fake_offer", FunctionDescriptor.ofVoid(new MemoryLayout[] {JAVA_INT}), count);
  }

  private Object call(String function, FunctionDescriptor shape, Object... arguments) {
    try {
      return Linker.nativeLinker().downcallHandle(symbols.find(function).orElseThrow(), shape).invokeWithArguments(arguments);
    } catch (Throwable e) {
      throw new AssertionError(e);
    }
  }
}
