package io.github.fp4j.conformance.diagnosis;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ReferenceQuantizer;
import io.github.fp4j.formats.block.StochasticRounding;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * A matrix to quantise. Outputs are the scale bytes of all blocks, row after row, then the codes of all elements as they are stored, padding included.
 *
 * @param name what it is, for reports
 * @param profile the rule
 * @param blocking how blocks lie
 * @param from the matrix
 * @param tensorScale as the profile stores it
 * @param stochastic how elements are rounded stochastically; null for the profile's rounding
 */
public record QuantizeTask(String name, QuantizationProfile profile, Blocking blocking, FloatRows from, float tensorScale, @Nullable Stochastic stochastic)
    implements Task<QuantizeTask> {

  /**
   * Stochastic rounding of elements.
   *
   * @param rounding where the random bits come from and how they act
   * @param firstElement number of the first element
   * @param rowElements elements from one row to the next
   */
  public record Stochastic(StochasticRounding rounding, long firstElement, long rowElements) {}

  /** With the profile's own rounding. */
  public static QuantizeTask of(String name, QuantizationProfile profile, Blocking blocking, FloatRows from, float tensorScale) {
    return new QuantizeTask(name, profile, blocking, from, tensorScale, null);
  }

  QuantizeTask with(QuantizationProfile other) {
    return new QuantizeTask(name, other, blocking, from, tensorScale, stochastic);
  }

  QuantizeTask with(Blocking other) {
    return new QuantizeTask(name, profile, other, from, tensorScale, stochastic);
  }

  QuantizeTask with(float otherTensorScale) {
    return new QuantizeTask(name, profile, blocking, from, otherTensorScale, stochastic);
  }

  QuantizeTask with(FloatRows other) {
    return new QuantizeTask(name, profile, blocking, other, tensorScale, stochastic);
  }

  QuantizeTask with(@Nullable Stochastic other) {
    return new QuantizeTask(name, profile, blocking, from, tensorScale, other);
  }

  int rows() {
    return blocking == Blocking.TRANSPOSED ? from.columns() : from.rows();
  }

  int columns() {
    return blocking == Blocking.TRANSPOSED ? from.rows() : from.columns();
  }

  int storedColumns() {
    return profile.storedColumns("columns", columns());
  }

  int blocksInRow() {
    return profile.format().blocksPerRow(storedColumns());
  }

  int scales() {
    return rows() * blocksInRow();
  }

  /** The input of an element of the quantised matrix; 0 in the padding. */
  float element(int row, int column) {
    if (column >= columns()) {
      return 0;
    }
    return from.values()[blocking == Blocking.TRANSPOSED ? from.index(column, row) : from.index(row, column)];
  }

  /** The quantised matrix by the profile's definition. */
  BlockTensor quantized() {
    BlockRows to = BlockRows.allocate(profile.format(), rows(), storedColumns());
    if (stochastic != null) {
      ReferenceQuantizer.quantizeStochastic(profile, tensorScale, stochastic.rounding, stochastic.firstElement, stochastic.rowElements, from, to);
    } else {
      ReferenceQuantizer.quantize(profile, blocking, tensorScale, from, to);
    }
    return new BlockTensor(profile, rows(), columns(), to.codes(), to.scales(), tensorScale);
  }

  /** The numbered outputs that a quantised matrix of this shape stands for. */
  public int[] outputs(BlockTensor tensor) {
    int[] outputs = new int[scales() + rows() * storedColumns()];
    for (int i = 0; i < scales(); i++) {
      outputs[i] = tensor.scales()[i] & 0xFF;
    }
    for (int i = scales(); i < outputs.length; i++) {
      outputs[i] = tensor.code((i - scales()) / storedColumns(), (i - scales()) % storedColumns());
    }
    return outputs;
  }

  /** Scales and codes as the profile has them. */
  public Answers answers() {
    int[] right = right();
    return i -> right[i];
  }

  @Override
  public int[] right() {
    return outputs(quantized());
  }

  @Override
  public List<Fault<QuantizeTask>> faults() {
    return QuantizeFaults.all();
  }

  /** Row of the quantised matrix that an output belongs to. */
  int row(int output) {
    return output < scales() ? output / blocksInRow() : (output - scales()) / storedColumns();
  }

  /** Block within its row. */
  int block(int output) {
    return output < scales() ? output % blocksInRow() : (output - scales()) % storedColumns() / profile.format().blockSize();
  }

  @Override
  public Stream<QuantizeTask> smaller() {
    return QuantizeShrinking.of(this);
  }

  @Override
  public @Nullable Reproduction reproduction(int[] actual, String subject) {
    return QuantizeReproduction.of(this, right(), actual, subject);
  }

  @Override
  public String place(int output) {
    String block = "row %d, block %d".formatted(row(output), block(output));
    return output < scales() ? block + ": scale" : block + ", element %d: code".formatted((output - scales()) % profile.format().blockSize());
  }

  @Override
  public List<String> details(int output, int right, int actual) {
    FloatFormat format = output < scales() ? profile.format().scale() : profile.format().element();
    int size = profile.format().blockSize();
    int row = row(output);
    int start = block(output) * size;
    float amax = 0;
    StringBuilder values = new StringBuilder();
    for (int i = 0; i < size; i++) {
      amax = Math.max(amax, Math.abs(element(row, start + i)));
      values.append(i == 0 ? "" : " ").append("%08x".formatted(Float.floatToRawIntBits(element(row, start + i))));
    }
    List<String> lines = new ArrayList<>();
    lines.add("profile %s, tensor scale %s".formatted(profile, GemmTask.text(Float.floatToRawIntBits(tensorScale))));
    lines.add("float32 of the block: " + values);
    lines.add("largest magnitude " + GemmTask.text(Float.floatToRawIntBits(amax)));
    int scaleCode = right()[row * blocksInRow() + start / size];
    if (output >= scales()) {
      float value = element(row, start + (output - scales()) % size);
      lines.add("the element is " + GemmTask.text(Float.floatToRawIntBits(value)) + (Float.isFinite(value) ? ", exactly " + new BigDecimal(value).toPlainString() : ""));
      lines.add("its scale must be " + EncodeTask.text(profile.format().scale(), scaleCode));
    }
    lines.add("must be %s, is %s".formatted(EncodeTask.text(format, right), EncodeTask.text(format, actual)));
    if (output < scales()) {
      float largest = amax;
      Profiles.all().stream()
          .filter(other -> other.isCpuExact() && other.format().equals(profile.format()) && other.tensorScale().equals(profile.tensorScale()))
          .forEach(other -> lines.add("  %-28s %s".formatted(other.id(), EncodeTask.text(format, ReferenceQuantizer.scaleCode(other, largest, tensorScale)))));
    }
    return lines;
  }

  @Override
  public List<Trait> traits() {
    int[] right = right();
    return List.of(
        Trait.single("rows", this::row), Trait.single("blocks of a row", this::block),
        new Trait("scale bytes that are due", i -> i < scales() ? new int[] {right[i]} : new int[0]),
        new Trait("codes that are due", i -> i < scales() ? new int[0] : new int[] {right[i]}),
        new Trait("elements of a block", i -> i < scales() ? new int[0] : new int[] {(i - scales()) % profile.format().blockSize()}));
  }

  @Override
  public HeatMap heatMap(Observation<QuantizeTask> observation) {
    Observation<QuantizeTask> codes =
        new Observation<>(
            this, Arrays.copyOfRange(observation.right(), scales(), observation.right().length),
            Arrays.copyOfRange(observation.actual(), scales(), observation.right().length),
            observation.judged().get(scales(), observation.right().length), null);
    return HeatMap.of("codes of " + name, codes, rows(), storedColumns());
  }
}
