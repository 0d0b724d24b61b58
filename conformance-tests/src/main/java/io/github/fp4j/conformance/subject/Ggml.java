package io.github.fp4j.conformance.subject;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.GemmKernels;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.invoke.MethodHandle;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * ggml's own quantisers, from {@code libggml-base.so}: {@code quantize_row_nvfp4_ref}, {@code quantize_row_mxfp4_ref} and the {@code dequantize_row_} functions of
 * ggml-quants.h; and its products, by the {@link GgmlCpu} beside it. The library is named by the system property {@code fp4j.ggml.library} or the environment variable
 * {@code FP4J_GGML_LIBRARY}, or fetched.
 */
public final class Ggml implements Peer {

  /** In place of an accumulation's id: what ggml's CPU backend computes, which rounds activations to 8 bits in blocks first. Timed, not judged. */
  public static final String PRODUCT = "ggml";

  /** System property that names the library's file. */
  static final String PROPERTY = "fp4j.ggml.library";

  private static final String VARIABLE = "FP4J_GGML_LIBRARY";
  private static final String PLACE_IN_PEERS = "ggml/libggml-base.so";
  private static final int MAX_TEXT = 256;

  /** What came of the search. */
  private record Library(Availability availability, String description, @Nullable BlockKernels kernels, @Nullable GemmKernels gemms) {}

  private @Nullable Library library; // guarded by this

  private Ggml() {}

  /** Looks for the library when it is first asked. Never throws. */
  static Ggml find() {
    return new Ggml();
  }

  private synchronized Library library() {
    if (library == null) {
      library = search();
    }
    return library;
  }

  private static Library search() {
    return switch (PeerLibrary.find(PROPERTY, VARIABLE, PLACE_IN_PEERS, System.getenv())) {
      case PeerLibrary.Missing(String reason) -> absent(reason);
      case PeerLibrary.Found(Path file, SymbolLookup symbols) -> {
        try {
          String version = "ggml " + text(symbols, "ggml_version") + " (" + text(symbols, "ggml_commit") + "), " + file;
          yield withProducts(file, symbols, version, new GgmlKernels(symbols));
        } catch (NoSuchElementException e) {
          yield absent(file + ": " + e.getMessage());
        }
      }
    };
  }

  private static Library withProducts(Path file, SymbolLookup symbols, String version, BlockKernels kernels) {
    try {
      GgmlCpu cpu = GgmlCpu.beside(file, symbols);
      return new Library(Availability.YES, version + ", products by " + cpu.file, kernels, new GgmlGemms(cpu));
    } catch (NoSuchElementException e) {
      return new Library(Availability.YES, version + ", no products: " + e.getMessage(), kernels, null);
    }
  }

  private static Library absent(String reason) {
    return new Library(Availability.no(reason), "ggml's block quantisers and products", null, null);
  }

  /** What a function without arguments says of the library. */
  @SuppressWarnings("restricted")
  private static String text(SymbolLookup symbols, String function) {
    MethodHandle handle = Linker.nativeLinker().downcallHandle(symbols.findOrThrow(function), FunctionDescriptor.of(ADDRESS));
    try {
      return ((MemorySegment) handle.invokeExact()).reinterpret(MAX_TEXT).getString(0);
    } catch (Throwable e) {
      throw new IllegalStateException(function, e);
    }
  }

  /** The type of all four functions: source, target, number of elements. */
  @SuppressWarnings("restricted")
  static MethodHandle rowFunction(SymbolLookup symbols, String name) {
    return Linker.nativeLinker().downcallHandle(symbols.findOrThrow(name), FunctionDescriptor.ofVoid(ADDRESS, ADDRESS, JAVA_LONG));
  }

  @Override
  public String name() {
    return "ggml";
  }

  @Override
  public String description() {
    return library().description();
  }

  @Override
  public Availability availability() {
    return library().availability();
  }

  @Override
  public Optional<BlockKernels> blocks() {
    return Optional.ofNullable(library().kernels());
  }

  @Override
  public Optional<GemmKernels> gemms() {
    return Optional.ofNullable(library().gemms());
  }

  @Override
  public Map<QuantizationProfile, QuantizationProfile> rivals() {
    Map<QuantizationProfile, QuantizationProfile> rivals = new LinkedHashMap<>();
    rivals.put(Profiles.GGML_NVFP4, Profiles.TE_2_15);
    rivals.put(Profiles.GGML_MXFP4, Profiles.TORCHAO_MX_RCEIL);
    return rivals;
  }
}
