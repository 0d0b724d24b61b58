package io.github.fp4j.conformance.mutants;

import io.github.fp4j.backend.Availability;
import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.ReferenceBackend;
import io.github.fp4j.conformance.diagnosis.AmaxTask;
import io.github.fp4j.conformance.diagnosis.Answers;
import io.github.fp4j.conformance.diagnosis.DequantizeTask;
import io.github.fp4j.conformance.diagnosis.Fault;
import io.github.fp4j.conformance.diagnosis.HadamardTask;
import io.github.fp4j.conformance.diagnosis.LayoutTask;
import io.github.fp4j.conformance.diagnosis.QuantizeTask;
import io.github.fp4j.conformance.diagnosis.StoredBlocks;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Hadamard;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.block.StochasticRounding;
import java.util.Arrays;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The reference's block kernels with one fault.
 *
 * @param seeking what is wrong with the search for the largest magnitude; null for nothing
 * @param quantizing what is wrong with quantising; null for nothing
 * @param restoring what is wrong with the way back; null for nothing
 * @param laying what is wrong with layouts of scales; null for nothing
 * @param transforming what is wrong with Hadamard transforms; null for nothing
 */
public record FaultyBlocks(
    @Nullable Fault<AmaxTask> seeking,
    @Nullable Fault<QuantizeTask> quantizing,
    @Nullable Fault<DequantizeTask> restoring,
    @Nullable Fault<LayoutTask> laying,
    @Nullable Fault<HadamardTask> transforming)
    implements Backend, BlockKernels {

  private static BlockKernels right() {
    return ReferenceBackend.INSTANCE.blocks().orElseThrow();
  }

  private Fault<?> fault() {
    return Stream.of(seeking, quantizing, restoring, laying, transforming).filter(Objects::nonNull).findFirst().orElseThrow();
  }

  @Override
  public String name() {
    return fault().id();
  }

  @Override
  public String description() {
    return fault().sentence();
  }

  @Override
  public Availability availability() {
    return Availability.YES;
  }

  @Override
  public Optional<BlockKernels> blocks() {
    return Optional.of(this);
  }

  @Override
  public boolean supports(QuantizationProfile profile) {
    return right().supports(profile);
  }

  @Override
  public boolean supports(QuantizationProfile profile, StochasticRounding rounding) {
    return right().supports(profile, rounding);
  }

  @Override
  public float amax(QuantizationProfile profile, FloatRows from) {
    AmaxTask task = new AmaxTask("", profile, from);
    return Float.intBitsToFloat(Wrong.answers(seeking, task, new int[1], right -> output -> right.right()[output]).at(0));
  }

  @Override
  public void quantize(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
    write(QuantizeTask.of("", profile, Blocking.ROWS, from, tensorScale), to);
  }

  @Override
  public void quantizeTransposed(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
    write(QuantizeTask.of("", profile, Blocking.TRANSPOSED, from, tensorScale), to);
  }

  @Override
  public void quantizeBoth(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to, BlockRows transposed) {
    quantize(profile, tensorScale, from, to);
    quantizeTransposed(profile, tensorScale, from, transposed);
  }

  @Override
  public void quantizeTiles(QuantizationProfile profile, float tensorScale, FloatRows from, BlockRows to) {
    write(QuantizeTask.of("", profile, Blocking.TILES, from, tensorScale), to);
  }

  @Override
  public void quantizeStochastic(
      QuantizationProfile profile, float tensorScale, StochasticRounding rounding, long firstElement, long rowElements, FloatRows from, BlockRows to) {
    write(new QuantizeTask("", profile, Blocking.ROWS, from, tensorScale, new QuantizeTask.Stochastic(rounding, firstElement, rowElements)), to);
  }

  private void write(QuantizeTask task, BlockRows to) {
    int[] before = StoredBlocks.read(task, to);
    StoredBlocks.write(task, Wrong.answers(quantizing, task, before, QuantizeTask::answers), to);
  }

  @Override
  public void dequantize(QuantizationProfile profile, float tensorScale, BlockRows from, FloatRows to) {
    BlockTensor tensor = StoredBlocks.tensor(profile, to.rows(), to.columns(), tensorScale, from);
    write(Wrong.answers(restoring, new DequantizeTask("", tensor), bits(to), DequantizeTask::answers), to);
  }

  @Override
  public void hadamard(Hadamard transform, FloatRows rows) {
    float[] values = new float[rows.rows() * rows.columns()];
    for (int i = 0; i < values.length; i++) {
      values[i] = rows.values()[rows.index(i / rows.columns(), i % rows.columns())];
    }
    write(Wrong.answers(transforming, new HadamardTask("", transform, values), bits(rows), HadamardTask::answers), rows);
  }

  private static int[] bits(FloatRows rows) {
    int[] bits = new int[rows.rows() * rows.columns()];
    Arrays.setAll(bits, i -> Float.floatToRawIntBits(rows.values()[rows.index(i / rows.columns(), i % rows.columns())]));
    return bits;
  }

  private static void write(Answers answers, FloatRows to) {
    for (int i = 0; i < to.rows() * to.columns(); i++) {
      to.values()[to.index(i / to.columns(), i % to.columns())] = Float.intBitsToFloat(answers.at(i));
    }
  }

  /** Where each byte comes from is what the layout's numbers say. */
  @Override
  public void swizzle(ScaleLayout layout, int rows, int columns, byte[] linear, int linearOffset, byte[] swizzled, int swizzledOffset) {
    move(new LayoutTask("", layout, rows, columns, true), number -> linear[linearOffset + number], swizzled, swizzledOffset, layout.size(rows, columns));
  }

  @Override
  public void unswizzle(ScaleLayout layout, int rows, int columns, byte[] swizzled, int swizzledOffset, byte[] linear, int linearOffset) {
    LayoutTask task = new LayoutTask("", layout, rows, columns, false);
    move(task, number -> swizzled[swizzledOffset + layout.offset(number / columns, number % columns, columns)], linear, linearOffset, rows * columns);
  }

  private interface Source {
    byte scale(int number);
  }

  private void move(LayoutTask task, Source from, byte[] to, int offset, int length) {
    int[] before = new int[length];
    Arrays.fill(before, LayoutTask.POISON);
    Answers answers = Wrong.answers(laying, task, before, LayoutTask::answers);
    for (int i = 0; i < length; i++) {
      int number = answers.at(i);
      boolean scale = number > 0 && number <= task.rows() * task.columns();
      to[offset + i] = scale ? from.scale(number - 1) : (byte) number; // both bytes of the poison are the same
    }
  }
}
