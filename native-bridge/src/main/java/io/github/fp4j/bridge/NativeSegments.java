package io.github.fp4j.bridge;

import static java.lang.foreign.ValueLayout.JAVA_FLOAT;

import io.github.fp4j.backend.SegmentFloats;
import io.github.fp4j.backend.SegmentQuantizer;
import io.github.fp4j.bridge.Fp4jLibrary.Function;
import io.github.fp4j.bridge.internal.sys.Fp4jBlocksAbi;
import io.github.fp4j.formats.block.ErrorFigures;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Objects;
import java.util.Optional;

/** {@link SegmentQuantizer} of a library with {@code fp4j_amax_of_values} and {@code fp4j_quantize_measured}, on little-endian machines. */
final class NativeSegments implements SegmentQuantizer {
  private final Fp4jLibrary library;
  private final Function supportsProfile;
  private final Function amax;
  private final Function quantize;

  private NativeSegments(Fp4jLibrary library, Function supportsProfile, Function amax, Function quantize) {
    this.library = library;
    this.supportsProfile = supportsProfile;
    this.amax = amax;
    this.quantize = quantize;
  }

  /** Empty for a library that lacks a function, and where numbers in files are not as the machine has them. */
  static Optional<SegmentQuantizer> of(Fp4jLibrary library) {
    Optional<Function> supportsProfile = library.optional("fp4j_supports_profile");
    Optional<Function> amax = library.optional("fp4j_amax_of_values");
    Optional<Function> quantize = library.optional("fp4j_quantize_measured");
    boolean complete = supportsProfile.isPresent() && amax.isPresent() && quantize.isPresent() && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    return complete ? Optional.of(new NativeSegments(library, supportsProfile.get(), amax.get(), quantize.get())) : Optional.empty();
  }

  @Override
  public boolean supports(QuantizationProfile profile) {
    return profile.isCpuExact() && Fp4jBlocksAbi.supportsProfile(supportsProfile.address(), BlockScratch.with(profile).profile) != 0;
  }

  private void require(QuantizationProfile profile) {
    profile.requireCpuExact();
    if (!supports(profile)) {
      throw new IllegalArgumentException("profile " + profile + " (" + profile.format() + "): " + library.name() + " does not have it");
    }
  }

  @Override
  public float amax(QuantizationProfile profile, SegmentFloats type, MemorySegment from, long count) {
    require(profile);
    Objects.checkFromIndexSize(0, Math.multiplyExact(count, type.bytes()), from.byteSize());
    BlockScratch scratch = BlockScratch.with(profile);
    library.check(amax, Fp4jBlocksAbi.amaxOfValues(amax.address(), scratch.profile, type.ordinal(), from, count, scratch.amax));
    return scratch.amax.get(JAVA_FLOAT, 0);
  }

  @Override
  public ErrorFigures quantize(
      QuantizationProfile profile, float tensorScale, SegmentFloats type, MemorySegment from, long rows, int columns, MemorySegment codes, MemorySegment scales) {
    require(profile);
    int stored = profile.storedColumns("columns", columns);
    long count = Math.multiplyExact(rows, columns);
    Objects.checkFromIndexSize(0, Math.multiplyExact(count, type.bytes()), from.byteSize());
    Objects.checkFromIndexSize(0, Math.multiplyExact(rows, profile.format().codeBytesPerRow(stored)), codes.byteSize());
    Objects.checkFromIndexSize(0, Math.multiplyExact(rows, profile.format().blocksPerRow(stored)), scales.byteSize());
    BlockScratch scratch = BlockScratch.with(profile);
    int status =
        Fp4jBlocksAbi.quantizeMeasured(quantize.address(), scratch.profile, tensorScale, type.ordinal(), from, rows, columns, codes, scales, scratch.figures);
    if (status == Fp4jBlocksAbi.REFUSED) {
      throw new IllegalArgumentException("profile " + profile + " has no code for an element: it refuses NaN");
    }
    library.check(quantize, status);
    return Fp4jBlocksAbi.figures(scratch.figures, count);
  }
}
