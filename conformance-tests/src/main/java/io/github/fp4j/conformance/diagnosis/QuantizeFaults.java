package io.github.fp4j.conformance.diagnosis;

import io.github.fp4j.conformance.diagnosis.QuantizeTask.Stochastic;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.NibbleOrder;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.StochasticRounding;
import io.github.fp4j.formats.block.StochasticRounding.Arithmetic;
import io.github.fp4j.formats.block.StochasticRounding.ByteOrder;
import io.github.fp4j.formats.block.TensorScaleRule.Direction;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.function.UnaryOperator;

/** The faults of block quantisers. */
public final class QuantizeFaults {
  private static final List<Fault<QuantizeTask>> ALL = catalogue();

  private QuantizeFaults() {}

  /** All of them. */
  public static List<Fault<QuantizeTask>> all() {
    return ALL;
  }

  private static List<Fault<QuantizeTask>> catalogue() {
    List<Fault<QuantizeTask>> faults = new ArrayList<>();
    faults.add(Fault.of("nibbles-swapped", "The two codes of each byte are stored in the wrong order, the high nibble first.", QuantizeFaults::nibblesSwapped));
    for (NibbleOrder order : NibbleOrder.values()) {
      String words = order == NibbleOrder.PLANAR_HALVES ? "ggml's planar halves" : "neighbours, the low nibble first";
      faults.add(Fault.of("nibbles-" + ConversionChange.kebab(order), "Codes share bytes as " + words + ".", task -> nibbles(task, order)));
    }
    faults.addAll(TensorScaleFaults.ALL);
    for (ProfileChange change : ProfileChange.ALL) {
      faults.add(changed(change.id(), change.sentence(), task -> task.with(other(task.profile(), change.change()))));
    }
    maxima(faults);
    orientations(faults);
    unwritten(faults);
    stochastic(faults);
    for (QuantizationProfile other : Profiles.all()) {
      if (other.isCpuExact()) {
        faults.add(changed("as-" + other.id(), "It quantises as " + other.id() + " does (" + other.source() + ").", task -> as(task, other)));
      }
    }
    return List.copyOf(faults);
  }

  private static Fault<QuantizeTask> changed(String id, String sentence, UnaryOperator<QuantizeTask> change) {
    return Fault.of(id, sentence, task -> {
      try {
        return change.apply(task).answers();
      } catch (IllegalStateException hasNoSuchScale) { // a formula of the encode scale where the decode scale is stored
        throw new IllegalArgumentException(hasNoSuchScale);
      }
    });
  }

  private static QuantizationProfile other(QuantizationProfile profile, UnaryOperator<QuantizationProfile> change) {
    QuantizationProfile other = change.apply(profile);
    if (other.equals(profile)) {
      throw new IllegalArgumentException("the profile itself");
    }
    return other;
  }

  private static QuantizeTask as(QuantizeTask task, QuantizationProfile other) {
    QuantizationProfile profile = task.profile();
    if (!other.format().equals(profile.format()) || other.id().equals(profile.id())) {
      throw new IllegalArgumentException("another format");
    }
    return task.with(other).with(translated(task.tensorScale(), profile, other));
  }

  /** The tensor scale as another profile stores it. */
  private static float translated(float stored, QuantizationProfile profile, QuantizationProfile other) {
    float max = profile.format().element().maxFinite();
    if (profile.tensorScale().equals(other.tensorScale()) || profile.tensorScale().direction() == Direction.NONE) {
      return stored;
    }
    float amax =
        switch (profile.tensorScale().direction()) {
          case AMAX -> stored;
          case ENCODE -> profile.tensorScale().scaleMax() * max / stored;
          case DECODE -> stored * (profile.tensorScale().scaleMax() * max);
          case NONE -> 0;
        };
    return other.tensorScale().stored(amax, max);
  }

  private static void maxima(List<Fault<QuantizeTask>> faults) {
    faults.add(Fault.of("amax-signed", "The largest element of a block is taken for its largest magnitude.", task -> BlockChange.answers(task, BlockChange::signed)));
    faults.add(Fault.of("amax-in-bf16", "The largest magnitude of a block is rounded to bf16.", task -> BlockChange.answers(task, BlockChange::inBf16)));
    faults.add(
        Fault.of("amax-of-pair", "Every two blocks share the scale of their common largest magnitude: the block is taken to be twice as long.", task -> {
          int size = task.profile().format().blockSize();
          return BlockChange.answers(task, (one, row, first) -> BlockChange.magnitude(one, row, first / (2 * size) * 2 * size, 2 * size));
        }));
    faults.add(
        Fault.of("amax-of-row", "All blocks of a row share the scale of the row's largest magnitude.", task ->
            BlockChange.answers(task, (one, row, first) -> BlockChange.magnitude(one, row, 0, one.storedColumns()))));
    faults.add(
        Fault.of("amax-of-next-block", "Each block has the scale of its right neighbour.", task -> {
          int size = task.profile().format().blockSize();
          return BlockChange.answers(task, (one, row, first) -> BlockChange.magnitude(one, row, (first + size) % one.storedColumns(), size));
        }));
    faults.add(
        Fault.of("amax-without-last", "The last element of a block does not count for its largest magnitude.", task ->
            BlockChange.answers(task, (one, row, first) -> BlockChange.magnitude(one, row, first, one.profile().format().blockSize() - 1))));
  }

  private static void orientations(List<Fault<QuantizeTask>> faults) {
    for (Blocking blocking : Blocking.values()) {
      String words = blocking == Blocking.ROWS ? "along the rows" : blocking == Blocking.TILES ? "in squares" : "along the columns";
      faults.add(changed("blocks-" + ConversionChange.kebab(blocking), "Blocks lie " + words + ".", task -> {
        boolean sameShape = task.from().rows() == task.from().columns() || blocking != Blocking.TRANSPOSED && task.blocking() != Blocking.TRANSPOSED;
        if (blocking == task.blocking() || task.stochastic() != null || !sameShape) {
          throw new IllegalArgumentException("another shape");
        }
        return task.with(blocking);
      }));
    }
  }

  private static void unwritten(List<Fault<QuantizeTask>> faults) {
    faults.add(
        Fault.leaving(
            "last-block-not-written", "The last block of each row is not written.", task -> i -> task.block(i) == task.blocksInRow() - 1, QuantizeTask::answers));
    faults.add(
        Fault.leaving("last-row-not-written", "The last row is not written.", task -> i -> task.row(i) == task.rows() - 1, QuantizeTask::answers));
    faults.add(
        Fault.leaving("scales-not-written", "No block scale is written.", task -> i -> i < task.scales(), QuantizeTask::answers));
    faults.add(
        Fault.leaving(
            "padding-not-written", "The padding of the last block is not written.",
            task -> i -> i >= task.scales() && (i - task.scales()) % task.storedColumns() >= task.columns(), QuantizeTask::answers));
  }

  private static void stochastic(List<Fault<QuantizeTask>> faults) {
    faults.add(changed("nearest-not-stochastic", "Elements are rounded to nearest, not stochastically.", task -> {
      requireStochastic(task);
      return task.with((Stochastic) null);
    }));
    for (Arithmetic arithmetic : Arithmetic.values()) {
      random(faults, "random-" + ConversionChange.kebab(arithmetic), "Random bits act as StochasticRounding.Arithmetic." + arithmetic + " says.", one ->
          new Stochastic(new StochasticRounding(arithmetic, one.rounding().byteOrder(), one.rounding().seed(), one.rounding().offset()), one.firstElement(), one.rowElements()));
    }
    for (ByteOrder order : ByteOrder.values()) {
      random(faults, "random-bytes-" + ConversionChange.kebab(order), "Random bytes go to elements as StochasticRounding.ByteOrder." + order + " says.", one ->
          new Stochastic(new StochasticRounding(one.rounding().arithmetic(), order, one.rounding().seed(), one.rounding().offset()), one.firstElement(), one.rowElements()));
    }
    random(faults, "random-seed-ignored", "The seed is ignored.", one ->
        new Stochastic(new StochasticRounding(one.rounding().arithmetic(), one.rounding().byteOrder(), 0, one.rounding().offset()), one.firstElement(), one.rowElements()));
    random(faults, "random-seed-cut", "Only the low half of the seed is used.", one ->
        new Stochastic(
            new StochasticRounding(one.rounding().arithmetic(), one.rounding().byteOrder(), one.rounding().seed() & 0xFFFFFFFFL, one.rounding().offset()),
            one.firstElement(), one.rowElements()));
    random(faults, "random-offset-ignored", "The stream's offset is ignored.", one ->
        new Stochastic(new StochasticRounding(one.rounding().arithmetic(), one.rounding().byteOrder(), one.rounding().seed(), 0), one.firstElement(), one.rowElements()));
    random(faults, "random-from-zero", "Elements are numbered from 0 in every call, not from the first element's number.", one ->
        new Stochastic(one.rounding(), 0, one.rowElements()));
    random(faults, "random-number-cut", "Element numbers are cut to 32 bits.", one ->
        new Stochastic(one.rounding(), one.firstElement() & 0xFFFFFFFFL, one.rowElements()));
    faults.add(changed("random-rows-dense", "Element numbers do not skip the columns that are not in the call.", task -> {
      requireStochastic(task);
      Stochastic one = Objects.requireNonNull(task.stochastic());
      return task.with(new Stochastic(one.rounding(), one.firstElement(), task.columns()));
    }));
    faults.add(changed("random-same-in-all-rows", "All rows get the random bits of the first.", task -> {
      requireStochastic(task);
      Stochastic one = Objects.requireNonNull(task.stochastic());
      return task.with(new Stochastic(one.rounding(), one.firstElement(), 0));
    }));
  }

  private static void requireStochastic(QuantizeTask task) {
    if (task.stochastic() == null) {
      throw new IllegalArgumentException("nothing stochastic");
    }
  }

  private static void random(List<Fault<QuantizeTask>> faults, String id, String sentence, UnaryOperator<Stochastic> change) {
    faults.add(changed(id, sentence, task -> {
      requireStochastic(task);
      return task.with(change.apply(Objects.requireNonNull(task.stochastic())));
    }));
  }

  private static Answers nibblesSwapped(QuantizeTask task) {
    requirePacked(task.profile());
    BlockTensor right = task.quantized();
    byte[] codes = right.codes().clone();
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) (codes[i] << 4 | codes[i] >> 4 & 0xF);
    }
    return read(task, new BlockTensor(task.profile(), right.rows(), right.columns(), codes, right.scales(), right.tensorScale()));
  }

  /** Stored in another order and read in the right one. */
  private static Answers nibbles(QuantizeTask task, NibbleOrder order) {
    requirePacked(task.profile());
    if (order == task.profile().nibbleOrder()) {
      throw new IllegalArgumentException("the order itself");
    }
    BlockTensor reordered = task.quantized().withNibbleOrder(order);
    return read(task, new BlockTensor(task.profile(), reordered.rows(), reordered.columns(), reordered.codes(), reordered.scales(), reordered.tensorScale()));
  }

  static void requirePacked(QuantizationProfile profile) {
    if (profile.format().codesPerByte() != 2) {
      throw new IllegalArgumentException("one code to a byte");
    }
  }

  private static Answers read(QuantizeTask task, BlockTensor tensor) {
    int[] outputs = task.outputs(tensor);
    return i -> outputs[i];
  }
}
