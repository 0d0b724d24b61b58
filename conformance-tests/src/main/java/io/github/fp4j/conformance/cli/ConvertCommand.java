package io.github.fp4j.conformance.cli;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.Backends;
import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.Overflow;
import io.github.fp4j.formats.Rounding;
import io.github.fp4j.formats.Variant;
import io.github.fp4j.formats.Variants;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code fp4j convert}: numbers on standard input to codes on standard output, or back. */
@Command(
    name = "convert",
    description = {
      "Convert a stream: little-endian numbers on standard input to codes on standard output, one code a byte, or back.",
      "The default is NVIDIA's conversion: nearest-even (up for ue8m0), saturating."
    },
    mixinStandardHelpOptions = true)
final class ConvertCommand implements Callable<Integer> {
  @Option(names = "--from", required = true, paramLabel = "TYPE", description = "f32, f64, f16, bf16; or, to decode, a format such as e2m1.")
  private String from = "";

  @Option(names = "--to", required = true, paramLabel = "TYPE", description = "A format of at most eight bits such as e2m1, e4m3, e5m2, ue8m0; or, to decode, f32.")
  private String to = "";

  @Option(names = "--rounding", paramLabel = "ROUNDING", description = "${COMPLETION-CANDIDATES}; all but stochastic, which needs random bits.")
  private @Nullable Rounding rounding;

  @Option(names = "--overflow", paramLabel = "POLICY", description = "${COMPLETION-CANDIDATES}.")
  private @Nullable Overflow overflow;

  @Option(names = "--variant", paramLabel = "ID", description = "The conversion of a named stack; 'fp4j explain 0.3 --to FORMAT' lists them.")
  private @Nullable String variant;

  @Option(names = "--backend", paramLabel = "NAME", description = "Who converts (default: the first of vectors, host library and reference that supports the conversion).")
  private @Nullable String backend;

  @Option(names = "--packed", description = "Two four-bit codes a byte, the earlier in the low nibble.")
  private boolean packed;

  @Override
  public Integer call() throws IOException {
    Optional<NumberType> source = NumberType.byName(from);
    CodeStream stream = source.isPresent() ? encoder(source.get()) : decoder();
    try (InputStream in = new FileInputStream(FileDescriptor.in);
        OutputStream out = new FileOutputStream(FileDescriptor.out)) {
      stream.run(in, out);
    }
    return ExitCode.OK;
  }

  private CodeStream encoder(NumberType source) {
    FloatFormat format = narrow("--to", to);
    Conversion conversion = Conversion.cuda(format);
    if (variant != null) {
      if (rounding != null || overflow != null) {
        throw new IllegalArgumentException("--variant " + variant + " fixes rounding and overflow: expected it alone, or --rounding and --overflow without it");
      }
      Variant named = Variants.byId(format, variant);
      boolean modelOnly = named.conversion().isEmpty() || source == NumberType.F64 && named.float32Only();
      if (modelOnly) {
        requireNoBackend(named);
        return CodeStream.encoding(source, named, packed);
      }
      conversion = named.conversion().get();
    }
    if (rounding == Rounding.STOCHASTIC) {
      throw new IllegalArgumentException("--rounding stochastic needs random bits, which this command does not take; expected a deterministic rounding");
    }
    conversion = rounding == null ? conversion : conversion.with(rounding);
    conversion = overflow == null ? conversion : conversion.with(overflow);
    Conversion chosen = conversion;
    ConversionKernels kernels =
        kernels(candidate -> source == NumberType.F64 ? candidate.supportsDouble(chosen) : candidate.supports(chosen), "this conversion to " + format);
    return CodeStream.encoding(source, chosen, kernels, packed);
  }

  private void requireNoBackend(Variant named) {
    if (backend != null) {
      throw new IllegalArgumentException("--backend " + backend + ": the variant " + named.id() + " has a model only; expected no --backend");
    }
  }

  private CodeStream decoder() {
    FloatFormat format = narrow("--from", from);
    if (NumberType.byName(to).orElse(null) != NumberType.F32) {
      throw new IllegalArgumentException("--to " + to + ": codes decode to f32, exactly; expected f32");
    }
    if (rounding != null || overflow != null || variant != null) {
      throw new IllegalArgumentException("--rounding, --overflow and --variant are for encoding; decoding is exact");
    }
    return CodeStream.decoding(format, kernels(candidate -> candidate.supportsDecoding(format), "codes of " + format), packed);
  }

  private FloatFormat narrow(String option, String name) {
    FloatFormat format = FloatFormat.byName(name).filter(found -> found.width() <= 8).orElse(null);
    if (format == null) {
      throw new IllegalArgumentException(
          option + " " + name + ": expected f32, f64, f16, bf16 on one side and on the other a format of at most eight bits: "
              + "e2m1, e2m3, e3m2, e4m3, ue4m3, e5m2, ue5m3, ue8m0 or any eXmY");
    }
    if (packed && format.width() > 4) {
      throw new IllegalArgumentException("--packed: " + format + " has " + format.width() + " bits; expected a four-bit format such as e2m1");
    }
    return format;
  }

  /** The named backend's kernels, or those of the fastest that can do it. */
  private ConversionKernels kernels(Predicate<ConversionKernels> able, String what) {
    if (backend != null) {
      Backend named = Backends.byName(backend);
      return named.conversions().filter(able).orElseThrow(() -> new IllegalArgumentException("--backend " + backend + " does not support " + what));
    }
    return Backends.fastest(Backend::conversions, able, what);
  }
}
