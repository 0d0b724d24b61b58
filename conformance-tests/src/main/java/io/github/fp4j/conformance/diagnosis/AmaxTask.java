package io.github.fp4j.conformance.diagnosis;

import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ReferenceQuantizer;
import java.util.List;
import java.util.stream.Stream;

/**
 * A matrix whose largest magnitude is sought, from which its tensor scale comes. The one output is the bits of a float32; one NaN is as good as another.
 *
 * @param name what it is, for reports
 * @param profile says what becomes of NaN
 * @param from the matrix
 */
public record AmaxTask(String name, QuantizationProfile profile, FloatRows from) implements Task<AmaxTask> {

  /** The faults that such searches have had. */
  public static List<Fault<AmaxTask>> all() {
    return AmaxFaults.all();
  }

  /** The same under another profile. */
  AmaxTask with(QuantizationProfile other) {
    return new AmaxTask(name, other, from);
  }

  /** The same of another matrix. */
  AmaxTask with(FloatRows other) {
    return new AmaxTask(name, profile, other);
  }

  /** The largest magnitude by the profile's definition. */
  float amax() {
    return ReferenceQuantizer.amax(profile, from);
  }

  /** Element {@code i}, row after row. */
  float element(int i) {
    return from.values()[from.index(i / from.columns(), i % from.columns())];
  }

  int elements() {
    return from.rows() * from.columns();
  }

  @Override
  public int[] right() {
    return new int[] {Float.floatToRawIntBits(amax())};
  }

  @Override
  public boolean same(int one, int other) {
    return Float.floatToIntBits(Float.intBitsToFloat(one)) == Float.floatToIntBits(Float.intBitsToFloat(other));
  }

  @Override
  public List<Fault<AmaxTask>> faults() {
    return all();
  }

  /** Half the rows, half the columns. */
  @Override
  public Stream<AmaxTask> smaller() {
    int rows = from.rows();
    int columns = from.columns();
    Stream<FloatRows> fewerRows = rows < 2 ? Stream.empty() : Stream.of(from.rowRange(0, rows / 2), from.rowRange(rows / 2, rows - rows / 2));
    Stream<FloatRows> fewerColumns = columns < 2 ? Stream.empty() : Stream.of(from.columnRange(0, columns / 2), from.columnRange(columns / 2, columns - columns / 2));
    return Stream.concat(fewerRows, fewerColumns).map(this::with);
  }

  @Override
  public Reproduction reproduction(int[] actual, String subject) {
    JavaCase java =
        new JavaCase(
            List.of("io.github.fp4j.backend.Backends", "io.github.fp4j.formats.block.FloatRows", "io.github.fp4j.formats.block.Profiles", "java.util.HexFormat"),
            List.of(
                "float[] values = " + GemmReproduction.javaFloats(QuantizeReproduction.values(from)) + ";",
                "FloatRows from = FloatRows.of(values, %d, %d);".formatted(from.rows(), from.columns()),
                "float amax = Backends.byName(\"%s\").blocks().orElseThrow().amax(Profiles.byId(\"%s\"), from);".formatted(subject, profile),
                "String actual = HexFormat.of().toHexDigits(Float.floatToRawIntBits(amax));"),
            GemmReproduction.hex(right()));
    String command =
        "fp4j explain block --profile %s --rows %d --values %s".formatted(profile, from.rows(), QuantizeReproduction.floats(QuantizeReproduction.values(from)));
    String title =
        "%d x %d under %s: the largest magnitude is %s, must be %s".formatted(
            from.rows(), from.columns(), profile, GemmReproduction.hex(actual), GemmReproduction.hex(right()));
    return new Reproduction(title, command, java.snippet(), java.test());
  }

  @Override
  public String place(int output) {
    return "largest magnitude of %d x %d".formatted(from.rows(), from.columns());
  }

  @Override
  public List<String> details(int output, int right, int actual) {
    int nans = 0;
    int infinities = 0;
    int largest = -1;
    for (int i = 0; i < elements(); i++) {
      float one = element(i);
      nans += Float.isNaN(one) ? 1 : 0;
      infinities += Float.isInfinite(one) ? 1 : 0;
      largest = !Float.isNaN(one) && (largest < 0 || Math.abs(one) > Math.abs(element(largest))) ? i : largest;
    }
    String where = largest < 0 ? "nowhere" : "row %d, column %d: %s".formatted(largest / from.columns(), largest % from.columns(), GemmTask.text(Float.floatToRawIntBits(element(largest))));
    return List.of(
        "profile " + profile + (profile.keepsNanInAmax() ? ": a NaN makes the largest magnitude NaN" : ": NaNs do not count"),
        "%d NaNs, %d infinities; the largest of the others and these is in %s".formatted(nans, infinities, where),
        "must be %s, is %s".formatted(GemmTask.text(right), GemmTask.text(actual)));
  }

  @Override
  public List<Trait> traits() {
    return List.of();
  }
}
