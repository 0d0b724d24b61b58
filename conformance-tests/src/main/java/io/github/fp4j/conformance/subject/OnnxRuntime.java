package io.github.fp4j.conformance.subject;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.lang.foreign.SymbolLookup;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * ONNX Runtime's casts to narrow floats, run by its CPU provider. The library is named by the system property {@code fp4j.onnxruntime.library} or the environment
 * variable {@code FP4J_ONNXRUNTIME_LIBRARY}, or fetched.
 */
public final class OnnxRuntime implements Peer {
  /** System property that names the library's file. */
  static final String PROPERTY = "fp4j.onnxruntime.library";

  private static final String VARIABLE = "FP4J_ONNXRUNTIME_LIBRARY";
  private static final String PLACE_IN_PEERS = "onnxruntime/libonnxruntime.so";

  /** What came of the search. */
  private record Library(Availability availability, String description, @Nullable ConversionKernels kernels) {}

  private @Nullable Library library; // guarded by this

  private OnnxRuntime() {}

  /** Looks for the library when it is first asked. Never throws. */
  static OnnxRuntime find() {
    return new OnnxRuntime();
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
      case PeerLibrary.Found(var file, SymbolLookup symbols) -> {
        try {
          OrtApi api = new OrtApi(symbols);
          yield new Library(Availability.YES, "ONNX Runtime " + api.version() + ", CPU, Cast, " + file, new OnnxCasts(api));
        } catch (NoSuchElementException | IllegalStateException e) {
          yield absent(file + ": " + e.getMessage());
        }
      }
    };
  }

  private static Library absent(String reason) {
    return new Library(Availability.no(reason), "ONNX Runtime's casts", null);
  }

  @Override
  public String name() {
    return "onnxruntime";
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
  public Optional<ConversionKernels> conversions() {
    return Optional.ofNullable(library().kernels());
  }

  /** It quantises no blocks. */
  @Override
  public Map<QuantizationProfile, QuantizationProfile> rivals() {
    return Map.of();
  }
}
