package io.github.fp4j.formats;

import java.util.Optional;

/**
 * A conversion that a real stack performs, under a name: what {@code --variant} selects and {@code explain} lists. {@link Variants} has them all.
 *
 * @param id short name in kebab-case, unique among the variants of one format
 * @param format the format whose codes it produces
 * @param source where the behaviour was read or measured
 * @param note what sets it apart, in one line
 * @param float32Only whether the source takes nothing wider than float32: a float64 is rounded to float32 first
 * @param encoder the rule
 */
public record Variant(String id, FloatFormat format, Source source, String note, boolean float32Only, Encoder encoder) {

  /**
   * Where a behaviour was read or measured.
   *
   * @param project the project's name
   * @param version its version or state
   * @param file the file that holds the rule, with lines where they are known
   */
  public record Source(String project, String version, String file) {

    /** The same project and version, another file. */
    Source file(String other) {
      return new Source(project, version, other);
    }

    @Override
    public String toString() {
      return project + " " + version + ", " + file;
    }
  }

  /**
   * The code of a float32.
   *
   * @throws IllegalArgumentException if the source produces no code for it
   */
  public int encode(float value) {
    return encoder.encode(value);
  }

  /**
   * The code of a float64, rounded as often as the source rounds it.
   *
   * @throws IllegalArgumentException if the source produces no code for it
   */
  public int encode(double value) {
    return float32Only ? encoder.encode((float) value) : encoder.encode(value);
  }

  /** The same rule as data, for {@linkplain io.github.fp4j.backend.ConversionKernels kernels}; empty for the few that no {@link Conversion} can express. */
  public Optional<Conversion> conversion() {
    return encoder instanceof ReferenceEncoder(Conversion conversion) ? Optional.of(conversion) : Optional.empty();
  }

  @Override
  public String toString() {
    return format + "/" + id;
  }
}
