package io.github.fp4j.conformance.diagnosis;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.DequantizeFormula;
import io.github.fp4j.formats.block.NibbleOrder;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ReferenceQuantizer;
import io.github.fp4j.formats.block.ScaleLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntUnaryOperator;

/** The faults of restoring a quantised matrix. */
public final class DequantizeFaults {
  private static final int SIGN = 1 << 31;
  private static final List<Fault<DequantizeTask>> ALL = catalogue();

  private DequantizeFaults() {}

  /** All of them. */
  public static List<Fault<DequantizeTask>> all() {
    return ALL;
  }

  private static List<Fault<DequantizeTask>> catalogue() {
    List<Fault<DequantizeTask>> faults = new ArrayList<>();
    faults.add(Fault.of("nibbles-swapped", "The two codes of each byte are read in the wrong order, the high nibble first.", DequantizeFaults::nibblesSwapped));
    for (NibbleOrder order : NibbleOrder.values()) {
      faults.add(Fault.of("nibbles-" + ConversionChange.kebab(order), "Codes share bytes as NibbleOrder." + order + " says.", task -> nibbles(task, order)));
    }
    faults.add(tensorScale("tensor-scale-inverted", "The tensor scale is applied in the wrong direction: its reciprocal is used.", tensor -> 1 / tensor.tensorScale()));
    faults.add(tensorScale("tensor-scale-missing", "The tensor scale is not applied.", tensor -> TensorScaleFaults.unit(tensor.profile())));
    for (DequantizeFormula formula : DequantizeFormula.values()) {
      faults.add(Fault.of("formula-" + ConversionChange.kebab(formula), "Elements are restored as DequantizeFormula." + formula + " says.", task -> {
        if (formula == task.tensor().profile().dequantize()) {
          throw new IllegalArgumentException("the formula itself");
        }
        return values(task, ProfileChange.with(task.tensor().profile(), formula), task.tensor().tensorScale(), code -> code, scale -> scale);
      }));
    }
    scales(faults);
    places(faults);
    faults.add(bits("zero-sign-drop", "-0 is restored as +0.", value -> value == SIGN ? 0 : value));
    faults.add(bits("subnormals-flushed", "Subnormal results become zero.", value -> (value & ~SIGN) < 0x00800000 ? value & SIGN : value));
    faults.add(bits("through-bf16", "Results are rounded to bf16.", value -> through(FloatFormat.BF16, value)));
    faults.add(bits("through-fp16", "Results are rounded to fp16.", value -> through(FloatFormat.FP16, value)));
    faults.add(Fault.of("signs-ignored", "The sign bits of the elements are ignored.", task -> {
      int mask = task.tensor().profile().format().element().magnitudeMask();
      return values(task, task.tensor().profile(), task.tensor().tensorScale(), code -> code & mask, scale -> scale);
    }));
    faults.add(
        Fault.leaving(
            "last-block-not-written", "The last block of each row is not restored.",
            task -> i -> task.column(i) >= (task.tensor().scalesStride() - 1) * task.tensor().profile().format().blockSize(), DequantizeTask::answers));
    faults.add(
        Fault.leaving("last-row-not-written", "The last row is not restored.", task -> i -> task.row(i) == task.tensor().rows() - 1, DequantizeTask::answers));
    return List.copyOf(faults);
  }

  private static void scales(List<Fault<DequantizeTask>> faults) {
    faults.add(Fault.of("scale-sign-honoured", "The top bit of a scale byte, which is to be ignored, is read as a sign.", task -> {
      requireScale(task, FloatFormat.UE4M3);
      Answers right = task.answers();
      return i -> right.at(i) ^ (task.scale(i) >> 7) << 31;
    }));
    scale(faults, "scale-zero-as-one", "A scale 0x00 counts as 1.", (format, code) -> (code & format.codeCount() - 1) == 0 ? format.bias() << format.mantissaBits() : code);
    scale(faults, "scale-nan-as-zero", "A scale that is NaN counts as zero.", (format, code) -> format.hasZero() && format.isNan(code) ? 0 : code);
    scale(faults, "scale-nan-as-largest", "A scale that is NaN counts as the largest number.", (format, code) -> format.isNan(code) ? format.maxFiniteCode() : code);
    scale(
        faults, "scale-subnormals-flushed", "Subnormal scales count as zero.",
        (format, code) -> format.hasZero() && (code & format.magnitudeMask()) < 1 << format.mantissaBits() ? 0 : code);
    for (int shift : new int[] {-1, 1}) {
      scale(
          faults, "scale-bias-" + (shift > 0 ? "too-small" : "too-large"), "The exponent bias of the scales is one too " + (shift > 0 ? "small." : "large."), (format, code) -> {
            if (format.hasZero()) {
              throw new IllegalArgumentException("subnormals");
            }
            return format.isNan(code) ? code : Math.clamp(code + shift, 0, format.maxFiniteCode());
          });
    }
    faults.add(Fault.of("e8m0-zero-as-zero", "The scale 0x00, which is 2^-127, counts as zero.", task -> {
      requireScale(task, FloatFormat.UE8M0);
      Answers right = task.answers();
      return i -> task.scale(i) == 0 ? right.at(i) & SIGN : right.at(i);
    }));
    faults.add(Fault.of("e8m0-nan-as-infinity", "The scale 0xFF, which is NaN, counts as infinity.", task -> {
      requireScale(task, FloatFormat.UE8M0);
      Answers right = task.answers();
      return i -> {
        boolean zero = (task.code(i) & 7) == 0;
        return task.scale(i) == 0xFF && !zero ? 0x7F800000 | (task.code(i) >> 3) << 31 : right.at(i);
      };
    }));
  }

  /** A change of scale codes. */
  @FunctionalInterface
  private interface ScaleCode {
    int of(FloatFormat format, int code);
  }

  private static void scale(List<Fault<DequantizeTask>> faults, String id, String sentence, ScaleCode change) {
    faults.add(Fault.of(id, sentence, task -> {
      FloatFormat format = task.tensor().profile().format().scale();
      change.of(format, 1); // refuses a format that it is not for
      return values(task, task.tensor().profile(), task.tensor().tensorScale(), code -> code, code -> change.of(format, code));
    }));
  }

  private static void requireScale(DequantizeTask task, FloatFormat format) {
    if (!task.tensor().profile().format().scale().equals(format)) {
      throw new IllegalArgumentException("expected " + format + " scales");
    }
  }

  private static void places(List<Fault<DequantizeTask>> faults) {
    place(faults, "scale-of-next-block", "Each block has the scale of its right neighbour.", (tensor, row, block) -> row * tensor.scalesStride() + (block + 1) % tensor.scalesStride());
    place(faults, "scale-of-pair", "Every two blocks share the scale of the first: the block is taken to be twice as long.", (tensor, row, block) -> row * tensor.scalesStride() + (block & ~1));
    place(faults, "scales-column-major", "Scales are read column after column.", (tensor, row, block) -> block * tensor.rows() + row);
    place(faults, "scales-taken-for-swizzled", "Scales are read as if they lay in 128x4 tiles.", (tensor, row, block) -> ScaleLayout.SWIZZLED_128X4.offset(row, block, tensor.scalesStride()));
  }

  /** Where the scale of a block is read. */
  @FunctionalInterface
  private interface Place {
    int of(BlockTensor tensor, int row, int block);
  }

  private static void place(List<Fault<DequantizeTask>> faults, String id, String sentence, Place place) {
    faults.add(Fault.of(id, sentence, task -> {
      BlockTensor tensor = task.tensor();
      int size = tensor.profile().format().blockSize();
      return i -> {
        int at = place.of(tensor, task.row(i), task.column(i) / size);
        int scale = at < tensor.scales().length ? tensor.scales()[at] & 0xFF : 0;
        return Float.floatToRawIntBits(ReferenceQuantizer.value(tensor.profile(), task.code(i), scale, tensor.tensorScale()));
      };
    }));
  }

  /** A change of the tensor scale. */
  @FunctionalInterface
  private interface TensorScale {
    float of(BlockTensor tensor);
  }

  private static Fault<DequantizeTask> tensorScale(String id, String sentence, TensorScale change) {
    return Fault.of(id, sentence, task -> {
      if (!task.tensor().profile().format().hasTensorScale()) {
        throw new IllegalArgumentException("no tensor scale");
      }
      return values(task, task.tensor().profile(), change.of(task.tensor()), code -> code, scale -> scale);
    });
  }

  private static Fault<DequantizeTask> bits(String id, String sentence, IntUnaryOperator change) {
    return Fault.of(id, sentence, task -> {
      Answers right = task.answers();
      return i -> change.applyAsInt(right.at(i));
    });
  }

  private static int through(FloatFormat format, int bits) {
    float value = Float.intBitsToFloat(bits);
    return Float.isNaN(value) ? bits : Float.floatToRawIntBits(GemmResultFaults.through(format, value));
  }

  private static Answers values(DequantizeTask task, QuantizationProfile profile, float tensorScale, IntUnaryOperator code, IntUnaryOperator scale) {
    return i -> Float.floatToRawIntBits(ReferenceQuantizer.value(profile, code.applyAsInt(task.code(i)), scale.applyAsInt(task.scale(i)), tensorScale));
  }

  private static Answers nibblesSwapped(DequantizeTask task) {
    QuantizeFaults.requirePacked(task.tensor().profile());
    byte[] codes = task.tensor().codes().clone();
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (byte) (codes[i] << 4 | codes[i] >> 4 & 0xF);
    }
    BlockTensor tensor = task.tensor();
    return new DequantizeTask(task.name(), new BlockTensor(tensor.profile(), tensor.rows(), tensor.columns(), codes, tensor.scales(), tensor.tensorScale())).answers();
  }

  private static Answers nibbles(DequantizeTask task, NibbleOrder order) {
    BlockTensor tensor = task.tensor();
    QuantizeFaults.requirePacked(tensor.profile());
    if (order == tensor.profile().nibbleOrder()) {
      throw new IllegalArgumentException("the order itself");
    }
    return new DequantizeTask(
            task.name(), new BlockTensor(tensor.profile().with(order), tensor.rows(), tensor.columns(), tensor.codes(), tensor.scales(), tensor.tensorScale()))
        .answers();
  }
}
