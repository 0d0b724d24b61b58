package io.github.fp4j.conformance.diagnosis;

import static io.github.fp4j.conformance.diagnosis.OperandChange.scalesFrom;
import static io.github.fp4j.conformance.diagnosis.OperandChange.scalesInRow;
import static io.github.fp4j.conformance.diagnosis.OperandChange.swizzled;
import static io.github.fp4j.conformance.diagnosis.OperandChange.swizzledAmongNan;

import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.GemmOperand;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;

/** The faults of matrix products: operands misread, an epilogue left out, another accumulator, results written wrongly. */
public final class GemmFaults {
  private static final UnaryOperator<GemmOperand> AS_IT_IS = operand -> operand;
  private static final List<Fault<GemmTask>> OPERANDS = operands();
  private static final List<Fault<GemmTask>> OF_KERNELS =
      Stream.of(OPERANDS, GemmResultFaults.ALL, AccumulatorFaults.ALL).flatMap(List::stream).toList();

  /** Those of devices that are handed padding, which kernels of the contract are not. */
  private static final List<Fault<GemmTask>> AMONG_PADDING = amongPadding();

  private static final List<Fault<GemmTask>> ALL =
      Stream.of(OF_KERNELS, AMONG_PADDING, GemmResultFaults.EPILOGUE, AccumulatorFaults.OF_OTHER_FORMATS).flatMap(List::stream).toList();

  private GemmFaults() {}

  /** All of them. */
  public static List<Fault<GemmTask>> all() {
    return ALL;
  }

  /** Those that kernels of the contract can have with FP4 operands. */
  public static List<Fault<GemmTask>> ofKernels() {
    return OF_KERNELS;
  }

  /** Those to try on a task: for a subject with an accumulator of its own, each with every accumulator that it might have. */
  static List<Fault<GemmTask>> all(GemmTask task) {
    if (!task.ownAccumulator()) {
      return all();
    }
    List<Fault<GemmTask>> underEach = new ArrayList<>();
    for (Fault<GemmTask> fault : Stream.of(OPERANDS, AMONG_PADDING, GemmResultFaults.ALL, GemmResultFaults.EPILOGUE).flatMap(List::stream).toList()) {
      AccumulationModels.all().stream()
          .filter(model -> model.supports(task.a().format(), task.b().format()))
          .forEach(model -> underEach.add(new Fault<>(fault.id(), fault.sentence(), (one, before) -> fault.device().answers(one.with(model), before))));
    }
    return underEach;
  }

  private static Fault<GemmTask> operands(String id, String sentence, UnaryOperator<GemmTask> change) {
    return Fault.of(id, sentence, task -> change.apply(task).answers());
  }

  private static List<Fault<GemmTask>> operands() {
    List<Fault<GemmTask>> faults = new ArrayList<>();
    faults.add(
        operands(
            "scales-switched", "The block scales of A and B are switched: A's codes are multiplied by B's scales and the other way round.",
            task -> task.with(otherScales(task.a(), task.b()), otherScales(task.b(), task.a()))));
    for (String which : List.of("a", "b", "both")) {
      String owner = which.equals("both") ? "A and B" : which.toUpperCase(Locale.ROOT);
      oneOperand(faults, which, owner);
    }
    faults.add(
        operands(
            "nibbles-swapped", "The two codes of each byte of A or B are taken in the wrong order, the high nibble first (of which operand, a product cannot show).",
            task -> task.with(OperandChange.nibblesSwapped(task.a()), task.b())));
    faults.add(
        operands(
            "b-not-transposed", "B is read as [K, N] where it is stored as [N, K].",
            task -> task.with(task.a(), OperandChange.elements(task.b(), (row, i) -> i * task.columns() + row))));
    faults.add(
        operands(
            "a-transposed", "A is read as [K, M] where it is stored as [M, K].",
            task -> task.with(OperandChange.elements(task.a(), (row, i) -> i * task.rows() + row), task.b())));
    dropped(faults);
    return List.copyOf(faults);
  }

  private static List<Fault<GemmTask>> amongPadding() {
    List<Fault<GemmTask>> faults = new ArrayList<>();
    for (String which : List.of("a", "b", "both")) {
      add(
          faults, which, "scales-read-linear-among-nan",
          "The scales of " + (which.equals("both") ? "A and B" : which.toUpperCase(Locale.ROOT))
              + " are handed over in 128x4 tiles and read as if they were linear, the NaN of the padding among them.",
          operand ->
              scalesFrom(operand, swizzledAmongNan(operand, ScaleLayout.SWIZZLED_128X4), (row, column) -> row * scalesInRow(operand) + column));
    }
    return List.copyOf(faults);
  }

  private static GemmOperand otherScales(GemmOperand own, GemmOperand other) {
    return scalesFrom(own, other.scales(), (row, column) -> row * scalesInRow(own) + column);
  }

  private static void oneOperand(List<Fault<GemmTask>> faults, String which, String owner) {
    ScaleLayout tiles = ScaleLayout.SWIZZLED_128X4;
    add(
        faults, which, "scales-not-swizzled", "The scales of " + owner + " are handed over linear where the device reads them in 128x4 tiles.",
        operand -> scalesFrom(operand, operand.scales(), (row, column) -> tiles.offset(row, column, scalesInRow(operand))));
    add(
        faults, which, "scales-read-linear", "The scales of " + owner + " are handed over in 128x4 tiles and read as if they were linear.",
        operand -> scalesFrom(operand, swizzled(operand, tiles), (row, column) -> row * scalesInRow(operand) + column));
    add(
        faults, which, "scales-swizzled-twice", "The scales of " + owner + " are put into 128x4 tiles twice.",
        operand -> scalesFrom(operand, swizzled(operand, tiles), (row, column) -> row * tiles.paddedColumns(scalesInRow(operand)) + column));
    add(
        faults, which, "scales-in-8x4-tiles", "The scales of " + owner + " are handed over in 8x4 tiles where the device reads 128x4 tiles.",
        operand ->
            scalesFrom(operand, swizzled(operand, ScaleLayout.SWIZZLED_8X4), (row, column) -> tiles.offset(row, column, scalesInRow(operand))));
    add(
        faults, which, "scales-transposed", "The scales of " + owner + " are read column after column: rows and blocks are mixed up.",
        operand -> scalesFrom(operand, operand.scales(), (row, column) -> column * operand.rows() + row));
    add(
        faults, which, "scale-of-pair", "Every two blocks of " + owner + " share the scale of the first: the block is taken to be twice as long.",
        operand -> scalesFrom(operand, operand.scales(), (row, column) -> row * scalesInRow(operand) + (column & ~1)));
    add(
        faults, which, "scale-of-next-block", "Each block of " + owner + " has the scale of its right neighbour.",
        operand -> scalesFrom(operand, operand.scales(), (row, column) -> row * scalesInRow(operand) + (column + 1) % scalesInRow(operand)));
    add(
        faults, which, "first-scale-of-row", "All blocks of a row of " + owner + " have the scale of the first.",
        operand -> scalesFrom(operand, operand.scales(), (row, column) -> row * scalesInRow(operand)));
    scaleCodes(faults, which, owner);
    add(faults, which, "signs-ignored", "The sign bits of the elements of " + owner + " are ignored.", OperandChange::withoutSigns);
  }

  private static void scaleCodes(List<Fault<GemmTask>> faults, String which, String owner) {
    add(faults, which, "scale-sign-honoured", "The top bit of a UE4M3 scale of " + owner + ", which is to be ignored, is read as a sign.", operand -> {
      requireScale(operand, FloatFormat.UE4M3);
      return OperandChange.signedScales(operand);
    });
    add(
        faults, which, "scale-zero-as-one", "A scale 0x00 of " + owner + " counts as 1.",
        operand -> OperandChange.scales(operand, code -> code == 0 ? one(operand) : code));
    add(faults, which, "scale-subnormals-flushed", "Subnormal UE4M3 scales of " + owner + " count as zero.", operand -> {
      requireScale(operand, FloatFormat.UE4M3);
      return OperandChange.scales(operand, code -> (code & 0x7F) < 8 ? 0 : code);
    });
    add(faults, which, "scale-nan-as-zero", "A UE4M3 scale 0x7F (NaN) of " + owner + " counts as zero.", operand -> {
      requireScale(operand, FloatFormat.UE4M3);
      return OperandChange.scales(operand, code -> (code & 0x7F) == 0x7F ? 0 : code);
    });
    add(faults, which, "scale-nan-as-largest", "A scale that is NaN of " + owner + " counts as the largest number.", operand ->
        OperandChange.scales(operand, code -> isNan(operand, code) ? code - 1 : code));
    for (int shift : new int[] {-1, 1}) {
      add(
          faults, which, "e8m0-bias-" + (127 - shift), "The UE8M0 scales of " + owner + " are read with bias " + (127 - shift) + " instead of 127.",
          operand -> {
            requireScale(operand, FloatFormat.UE8M0);
            return OperandChange.scales(operand, code -> code == 0xFF ? code : Math.clamp(code + shift, 0, 0xFE));
          });
    }
  }

  private static boolean isNan(GemmOperand operand, int code) {
    return operand.format().scale() != null && operand.format().scale().isNan(code);
  }

  private static int one(GemmOperand operand) {
    return operand.format().equals(OperandFormat.MXFP4) ? 0x7F : 0x38;
  }

  private static void requireScale(GemmOperand operand, FloatFormat format) {
    if (!format.equals(operand.format().scale())) {
      throw new IllegalArgumentException(operand.format() + ": expected " + format + " scales");
    }
  }

  private static void dropped(List<Fault<GemmTask>> faults) {
    for (int length : new int[] {16, 32, 64, 128}) {
      faults.add(
          operands("last-" + length + "-dropped", "The last " + length + " elements of K are left out.", task -> {
            requireLonger(task, length);
            return task.with(OperandChange.zeroed(task.a(), task.a().k() - length, task.a().k()), task.b());
          }));
    }
    faults.add(
        operands("first-block-dropped", "The first block of K is left out.", task -> task.with(OperandChange.zeroed(task.a(), 0, task.a().format().block()), task.b())));
    for (int tile : new int[] {128, 256}) {
      faults.add(
          operands("k-tail-of-" + tile, "K is rounded up to a multiple of " + tile + ": the tail is read from the rows that follow in memory.", task -> {
            if (task.a().k() % tile == 0) {
              throw new IllegalArgumentException("no tail");
            }
            return task.with(LongerRows.of(task.a(), tile), LongerRows.of(task.b(), tile));
          }));
    }
  }

  private static void requireLonger(GemmTask task, int length) {
    if (task.a().k() < length) {
      throw new IllegalArgumentException("k = " + task.a().k());
    }
  }

  private static void add(List<Fault<GemmTask>> faults, String which, String id, String sentence, UnaryOperator<GemmOperand> change) {
    UnaryOperator<GemmOperand> ofA = which.equals("b") ? AS_IT_IS : change;
    UnaryOperator<GemmOperand> ofB = which.equals("a") ? AS_IT_IS : change;
    String name = which.equals("both") ? id : id + "-" + which;
    faults.add(operands(name, sentence, task -> task.with(ofA.apply(task.a()), ofB.apply(task.b()))));
  }
}
