package io.github.fp4j.conformance.mutants;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.ConversionKernels;
import io.github.fp4j.backend.ReferenceBackend;
import io.github.fp4j.conformance.diagnosis.Answers;
import io.github.fp4j.conformance.diagnosis.DecodeTask;
import io.github.fp4j.conformance.diagnosis.EncodeTask;
import io.github.fp4j.conformance.diagnosis.Fault;
import io.github.fp4j.formats.Conversion;
import io.github.fp4j.formats.FloatFormat;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * The reference's conversions with one fault, on the way to codes or back.
 *
 * @param encoding what is wrong with encoding; null for nothing
 * @param decoding what is wrong with decoding; null for nothing
 */
public record FaultyConversions(@Nullable Fault<EncodeTask> encoding, @Nullable Fault<DecodeTask> decoding) implements Backend, ConversionKernels {

  private static ConversionKernels right() {
    return ReferenceBackend.INSTANCE.conversions().orElseThrow();
  }

  @Override
  public String name() {
    return encoding != null ? encoding.id() : decoding != null ? decoding.id() : "right";
  }

  @Override
  public String description() {
    return encoding != null ? encoding.sentence() : decoding != null ? decoding.sentence() : "the reference";
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
    return right().supports(conversion);
  }

  @Override
  public boolean supportsDouble(Conversion conversion) {
    return right().supportsDouble(conversion);
  }

  @Override
  public boolean supportsDecoding(FloatFormat format) {
    return right().supportsDecoding(format);
  }

  @Override
  public void encode(Conversion conversion, float[] values, int offset, byte[] codes, int codesOffset, int length) {
    write(EncodeTask.of("", conversion, Arrays.copyOfRange(values, offset, offset + length)), codes, codesOffset);
  }

  @Override
  public void encode(Conversion conversion, double[] values, int offset, byte[] codes, int codesOffset, int length) {
    write(new EncodeTask("", conversion, null, Arrays.copyOfRange(values, offset, offset + length), null), codes, codesOffset);
  }

  @Override
  public void encodeStochastic(
      Conversion conversion, float[] values, int offset, int[] random, int randomOffset, byte[] codes, int codesOffset, int length) {
    float[] numbers = Arrays.copyOfRange(values, offset, offset + length);
    write(new EncodeTask("", conversion, numbers, null, Arrays.copyOfRange(random, randomOffset, randomOffset + length)), codes, codesOffset);
  }

  private void write(EncodeTask task, byte[] codes, int offset) {
    int length = task.floats() != null ? task.floats().length : task.doubles().length;
    int[] before = new int[length];
    Arrays.setAll(before, i -> codes[offset + i] & 0xFF);
    Answers answers = Wrong.answers(encoding, task, before, EncodeTask::answers);
    for (int i = 0; i < length; i++) {
      codes[offset + i] = (byte) answers.at(i);
    }
  }

  @Override
  public void encodePacked(Conversion conversion, float[] values, int offset, byte[] packed, int packedOffset, int length) {
    byte[] codes = new byte[length + 1];
    encode(conversion, values, offset, codes, 0, length);
    for (int i = 0; i < length; i += 2) {
      packed[packedOffset + i / 2] = (byte) (codes[i] | codes[i + 1] << 4);
    }
  }

  @Override
  public void decode(FloatFormat format, byte[] codes, int codesOffset, float[] values, int offset, int length) {
    int[] asked = new int[length];
    int[] before = new int[length];
    Arrays.setAll(asked, i -> codes[codesOffset + i] & format.codeCount() - 1);
    Arrays.setAll(before, i -> Float.floatToRawIntBits(values[offset + i]));
    DecodeTask task = new DecodeTask("", format, asked);
    Answers answers = Wrong.answers(decoding, task, before, DecodeTask::answers);
    for (int i = 0; i < length; i++) {
      values[offset + i] = Float.intBitsToFloat(answers.at(i));
    }
  }

  @Override
  public void decodePacked(FloatFormat format, byte[] packed, int packedOffset, float[] values, int offset, int length) {
    byte[] codes = new byte[length];
    for (int i = 0; i < length; i++) {
      codes[i] = (byte) (packed[packedOffset + i / 2] >> 4 * (i & 1) & 0xF);
    }
    decode(format, codes, 0, values, offset, length);
  }
}
