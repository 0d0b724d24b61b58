package io.github.fp4j.conformance.diagnosis;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ReferenceQuantizer;
import java.util.List;
import java.util.stream.IntStream;

/**
 * A quantised matrix to restore; outputs are float32 bits, row after row, without padding. A NaN must be a NaN, no matter which.
 *
 * @param name what it is, for reports
 * @param tensor codes, scales, tensor scale and the profile that says what they mean
 */
public record DequantizeTask(String name, BlockTensor tensor) implements Task<DequantizeTask> {

  private QuantizationProfile profile() {
    return tensor.profile();
  }

  int row(int output) {
    return output / tensor.columns();
  }

  int column(int output) {
    return output % tensor.columns();
  }

  int code(int output) {
    return tensor.code(row(output), column(output));
  }

  int scale(int output) {
    return tensor.scaleCode(row(output), column(output));
  }

  int outputs() {
    return tensor.rows() * tensor.columns();
  }

  /** The elements as the profile has them. */
  public Answers answers() {
    return i -> Float.floatToRawIntBits(ReferenceQuantizer.value(profile(), code(i), scale(i), tensor.tensorScale()));
  }

  @Override
  public int[] right() {
    return IntStream.range(0, outputs()).map(answers()::at).toArray();
  }

  @Override
  public List<Fault<DequantizeTask>> faults() {
    return DequantizeFaults.all();
  }

  @Override
  public boolean same(int one, int other) {
    return one == other || Float.isNaN(Float.intBitsToFloat(one)) && Float.isNaN(Float.intBitsToFloat(other));
  }

  @Override
  public String place(int output) {
    return "row %d, column %d".formatted(row(output), column(output));
  }

  @Override
  public List<String> details(int output, int right, int actual) {
    FloatFormat scale = profile().format().scale();
    return List.of(
        "profile %s, tensor scale %s".formatted(profile(), GemmTask.text(Float.floatToRawIntBits(tensor.tensorScale()))),
        "code %s under scale %s".formatted(
            EncodeTask.text(profile().format().element(), code(output)), EncodeTask.text(scale, scale(output) & scale.codeCount() - 1)),
        "must be %s, is %s".formatted(GemmTask.text(right), GemmTask.text(actual)));
  }

  @Override
  public List<Trait> traits() {
    return List.of(Trait.single("rows", this::row), Trait.single("columns", this::column), Trait.single("codes", this::code), Trait.single("scales", this::scale));
  }

  @Override
  public HeatMap heatMap(Observation<DequantizeTask> observation) {
    return HeatMap.of("elements of " + name, observation, tensor.rows(), tensor.columns());
  }
}
