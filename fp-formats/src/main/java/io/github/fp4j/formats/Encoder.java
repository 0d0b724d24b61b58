package io.github.fp4j.formats;

/** What turns numbers into codes of one format. Thread-safe. */
public interface Encoder {

  /**
   * The code of a float32.
   *
   * @throws IllegalArgumentException if the implementation has no code for it, such as for a NaN that it refuses
   */
  int encode(float value);

  /** The code of a float64. An encoder that takes float32 only rounds to float32 first, so twice. */
  default int encode(double value) {
    return encode((float) value);
  }

  /** {@link ReferenceCodec} under {@code conversion}, which must not be stochastic. */
  static Encoder of(Conversion conversion) {
    return new ReferenceEncoder(conversion);
  }
}
