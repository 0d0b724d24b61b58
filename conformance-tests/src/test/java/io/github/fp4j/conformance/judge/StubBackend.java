package io.github.fp4j.conformance.judge;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.backend.ReferenceBackend;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import java.util.Optional;

/** The reference with one fault in how it encodes float32 values. */
public final class StubBackend implements Backend, ConversionKernels {

  /** What goes wrong, after the reference has written the right codes. */
  @FunctionalInterface
  public interface Fault {
    void apply(Conversion conversion, float[] values, int offset, byte[] codes, int codesOffset, int length);
  }

  private final ConversionKernels reference = ReferenceBackend.INSTANCE.conversions().orElseThrow();
  private final Fault fault;

  public StubBackend(Fault fault) {
    this.fault = fault;
  }

  @Override
  public String name() {
    return "stub";
  }

  @Override
  public String description() {
    return "the reference with a fault";
  }

  @Override
  public Availability availability() {
    return Availability.YES;
  }

  @Override
  public Optional<ConversionKernels> conversions() {
    return Optional.of(this);
  }

  @Override
  public boolean supports(Conversion conversion) {
    return !conversion.isStochastic() && reference.supports(conversion);
  }

  @Override
  public boolean supportsDecoding(FloatFormat format) {
    return reference.supportsDecoding(format);
  }

  @Override
  public void encode(Conversion conversion, float[] values, int offset, byte[] codes, int codesOffset, int length) {
    reference.encode(conversion, values, offset, codes, codesOffset, length);
    fault.apply(conversion, values, offset, codes, codesOffset, length);
  }

  @Override
  public void encodePacked(Conversion conversion, float[] values, int offset, byte[] packed, int packedOffset, int length) {
    reference.encodePacked(conversion, values, offset, packed, packedOffset, length);
  }

  @Override
  public void decode(FloatFormat format, byte[] codes, int codesOffset, float[] values, int offset, int length) {
    reference.decode(format, codes, codesOffset, values, offset, length);
  }

  @Override
  public void decodePacked(FloatFormat format, byte[] packed, int packedOffset, float[] values, int offset, int length) {
    reference.decodePacked(format, packed, packedOffset, values, offset, length);
  }
}
