package io.github.fp4j.formats.gemm;

import io.github.fp4j.formats.gemm.AccumulationModel.Addend;
import io.github.fp4j.formats.gemm.AccumulationModel.Alignment;
import io.github.fp4j.formats.gemm.AccumulationModel.Cut;
import io.github.fp4j.formats.gemm.AccumulationModel.Output;
import io.github.fp4j.formats.gemm.AccumulationModel.Stage;
import io.github.fp4j.formats.gemm.AccumulationModel.Step;
import io.github.fp4j.formats.gemm.AccumulationModel.ZeroTerms;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/**
 * The published accumulation models. None is a vendor's statement: which of them a device follows is found out by {@link Discriminators}.
 *
 * <p>MMA-Sim exists in two versions that treat zero terms differently: {@code simulator/arithmetic.py} (commit 1727461) lets them count, the later
 * {@code arithmetic/fdpa.py} (commit 0cb7846) gives them exponent -126. Where an id says nothing of zeros it is the former for the k64 instructions, and the
 * latter for the others, where it can only matter with bf16, tf32 and UE8M0 (fp16's and fp8's exponents are too small to reach the next term's bits).
 */
public final class AccumulationModels {
  private static final String MMA_SIM = "MMA-Sim (arXiv 2511.10909), ";
  private static final String MMA_SIM_COUNTS = MMA_SIM + "mmasim/simulator/arithmetic.py at 1727461: zero groups count toward the largest exponent";
  private static final String MMA_SIM_IGNORES = MMA_SIM + "mmasim/arithmetic/fdpa.py at 0cb7846: zero groups have exponent -126";
  private static final String VARIANT = "variant of nvfp4-gst-f35; accumulator widths of 34 to 37 bits are reported for B200 (DeepGEMM issue 176)";
  private static final String BEAM = "BEAM (huweim/nvfp_kernel), emulation/core.py; its W counts from the exponent of frexp, one above F; ";

  private static final List<OperandFormat> NVFP4 = List.of(OperandFormat.NVFP4);
  private static final List<OperandFormat> MXFP4 = List.of(OperandFormat.MXFP4);
  private static final List<OperandFormat> FP8 = List.of(OperandFormat.E4M3, OperandFormat.E5M2);
  private static final List<OperandFormat> F8F6F4 =
      List.of(OperandFormat.E4M3, OperandFormat.E5M2, OperandFormat.E3M2, OperandFormat.E2M3, OperandFormat.E2M1);
  private static final List<OperandFormat> MXF8F6F4 =
      List.of(
          OperandFormat.MXFP8_E4M3,
          OperandFormat.MXFP8_E5M2,
          OperandFormat.MXFP6_E3M2,
          OperandFormat.MXFP6_E2M3,
          OperandFormat.MXFP4);

  /** {@code mxf4nvf4}, k64, by MMA-Sim's first version: zero groups count. */
  public static final AccumulationModel NVFP4_GST_F35 = k64("nvfp4-gst-f35", MMA_SIM_COUNTS, NVFP4, 35, Cut.TOWARD_ZERO, ZeroTerms.COUNT);

  /** {@code mxf4nvf4}, k64, by MMA-Sim's later version: zero groups are ignored. */
  public static final AccumulationModel NVFP4_GST_F35_ZERO_IGNORED =
      k64("nvfp4-gst-f35-zero-ignored", MMA_SIM_IGNORES, NVFP4, 35, Cut.TOWARD_ZERO, ZeroTerms.IGNORED);

  /** {@code mxf4}, k64: the same accumulator under UE8M0 scales; zero groups count. */
  public static final AccumulationModel MXF4 = k64("mxf4", MMA_SIM_COUNTS, MXFP4, 35, Cut.TOWARD_ZERO, ZeroTerms.COUNT);

  /** {@code mxf4}, k64; zero groups are ignored. */
  public static final AccumulationModel MXF4_ZERO_IGNORED =
      k64("mxf4-zero-ignored", MMA_SIM_IGNORES, MXFP4, 35, Cut.TOWARD_ZERO, ZeroTerms.IGNORED);

  public static final AccumulationModel NVFP4_F25 = k64("nvfp4-f25", VARIANT + "; 25 as for mxf8f6f4", NVFP4, 25, Cut.TOWARD_ZERO, ZeroTerms.COUNT);
  public static final AccumulationModel NVFP4_F34 = k64("nvfp4-f34", VARIANT, NVFP4, 34, Cut.TOWARD_ZERO, ZeroTerms.COUNT);
  public static final AccumulationModel NVFP4_F36 = k64("nvfp4-f36", VARIANT, NVFP4, 36, Cut.TOWARD_ZERO, ZeroTerms.COUNT);
  public static final AccumulationModel NVFP4_F37 = k64("nvfp4-f37", VARIANT, NVFP4, 37, Cut.TOWARD_ZERO, ZeroTerms.COUNT);

  /** Two's complement digits dropped where {@link #NVFP4_GST_F35} drops digits of the magnitude. */
  public static final AccumulationModel NVFP4_F35_FLOOR =
      k64("nvfp4-f35-floor", "variant of nvfp4-gst-f35 that cuts toward minus infinity", NVFP4, 35, Cut.FLOOR, ZeroTerms.COUNT);

  /** BEAM by its documents: W = 34 for the four groups, 28 against the accumulator. */
  public static final AccumulationModel BEAM_34_28 = beam("beam-34-28", BEAM + "34 and 28 by emulation/config.py and its documents", 33, 27);

  /** BEAM by its code: W = 36 for both. */
  public static final AccumulationModel BEAM_36_36 = beam("beam-36-36", BEAM + "36 and 36 by emulation/kernel.py", 35, 35);

  /** The exact sum of all of K and C, truncated once. */
  public static final AccumulationModel EXACT_RZ =
      exact("exact-rz", AccumulationModel.ALL_OF_K, Output.FP32_RZ, "exact (Kulisch) accumulation, truncated once");

  /** The exact sum of all of K and C, rounded to nearest even once: the correctly rounded result. */
  public static final AccumulationModel EXACT_RNE =
      exact("exact-rne", AccumulationModel.ALL_OF_K, Output.FP32_RNE, "exact (Kulisch) accumulation, rounded once to nearest even");

  /** One product after the other, from C on, each sum rounded: a loop of float32 fused multiply-adds over the dequantised elements. */
  public static final AccumulationModel SEQUENTIAL_FP32 = exact("sequential-fp32", 1, Output.FP32_RNE, "IEEE 754 fusedMultiplyAdd, K ascending");

  /** One exact sum of 16 after the other, from zero on, each rounded to nearest even; C last. */
  public static final AccumulationModel TE_REFERENCE =
      new AccumulationModel(
          "te-reference",
          "1",
          "TransformerEngine, pytorch/custom_recipes/reference_nvfp4.py: float32 outer(sx, sw) * dot16, summed in float32",
          NVFP4,
          new Step(16, 16, Alignment.EXACT, 0, Cut.TOWARD_ZERO, ZeroTerms.COUNT),
          Addend.AFTER_K,
          Output.FP32_RNE);

  private static final List<AccumulationModel> ALL = catalogue();

  private AccumulationModels() {}

  private static AccumulationModel k64(String id, String source, List<OperandFormat> operands, int fractionBits, Cut cut, ZeroTerms zeroTerms) {
    Step step = new Step(64, 16, Alignment.FACTORS, fractionBits, cut, zeroTerms);
    return new AccumulationModel(id, "1", source, operands, step, Addend.FUSED, Output.FP32_RZ);
  }

  private static AccumulationModel beam(String id, String source, int groupBits, int addendBits) {
    Step step = new Step(64, 16, Alignment.NORMALISED, groupBits, Cut.TOWARD_ZERO, ZeroTerms.COUNT);
    return new AccumulationModel(id, "1", source, NVFP4, step, new Addend(Stage.AFTER_STEP, addendBits), Output.FP32_RZ);
  }

  private static AccumulationModel exact(String id, int products, Output output, String source) {
    Step step = new Step(products, 1, Alignment.EXACT, 0, Cut.TOWARD_ZERO, ZeroTerms.COUNT);
    return new AccumulationModel(id, "1", source, OperandFormat.named(), step, Addend.FUSED, output);
  }

  private static List<AccumulationModel> catalogue() {
    List<AccumulationModel> models = new ArrayList<>();
    models.addAll(
        List.of(
            NVFP4_GST_F35, NVFP4_GST_F35_ZERO_IGNORED, MXF4, MXF4_ZERO_IGNORED, NVFP4_F25, NVFP4_F34, NVFP4_F36, NVFP4_F37, NVFP4_F35_FLOOR,
            BEAM_34_28, BEAM_36_36, EXACT_RZ, EXACT_RNE, SEQUENTIAL_FP32, TE_REFERENCE));
    sixteenBits(models, "volta", 4, 0, 23);
    sixteenBits(models, "turing", 8, 0, 24);
    sixteenBits(models, "ampere", 8, 4, 24);
    sixteenBits(models, "ada", 8, 4, 24);
    fp8(models, "ada", FP8, 16, 13, AccumulatorType.FP32_E8M13);
    sixteenBits(models, "hopper", 16, 8, 25);
    fp8(models, "hopper", FP8, 32, 13, AccumulatorType.FP32_E8M13);
    sixteenBits(models, "blackwell", 16, 8, 25);
    fp8(models, "blackwell", F8F6F4, 32, 25, AccumulatorType.FP32);
    models.add(fused("blackwell-mxf8f6f4", MXF8F6F4, 32, 25, AccumulatorType.FP32));
    return List.copyOf(models);
  }

  /** fp16 with either accumulator and, for chips that have tf32 ({@code tf32Products} not 0), bf16 and tf32. */
  private static void sixteenBits(List<AccumulationModel> models, String chip, int products, int tf32Products, int fractionBits) {
    models.add(fused(chip + "-fp16-fp32", List.of(OperandFormat.FP16), products, fractionBits, AccumulatorType.FP32));
    models.add(fused(chip + "-fp16-fp16", List.of(OperandFormat.FP16), products, fractionBits, AccumulatorType.FP16));
    if (tf32Products != 0) {
      models.add(fused(chip + "-bf16", List.of(OperandFormat.BF16), products, fractionBits, AccumulatorType.FP32));
      models.add(fused(chip + "-tf32", List.of(OperandFormat.TF32), tf32Products, fractionBits, AccumulatorType.FP32));
    }
  }

  private static void fp8(
      List<AccumulationModel> models, String chip, List<OperandFormat> operands, int products, int fractionBits, AccumulatorType wide) {
    models.add(fused(chip + "-fp8-fp32", operands, products, fractionBits, wide));
    models.add(fused(chip + "-fp8-fp16", operands, products, fractionBits, AccumulatorType.FP16));
  }

  private static AccumulationModel fused(String id, List<OperandFormat> operands, int products, int fractionBits, AccumulatorType type) {
    Step step = new Step(products, 1, Alignment.FACTORS, fractionBits, Cut.TOWARD_ZERO, ZeroTerms.IGNORED);
    String source = MMA_SIM + "mmasim/nv_ptx/sim.py and mmasim/arithmetic/fdpa.py at 0cb7846";
    return new AccumulationModel(id, "1", source, operands, step, Addend.FUSED, new Output(type, type == AccumulatorType.FP16));
  }

  /** Every model: the FP4 ones first, then those of each chip from Volta on. */
  public static List<AccumulationModel> all() {
    return ALL;
  }

  /**
   * The model with this id.
   *
   * @throws IllegalArgumentException if there is none; the message lists the ids
   */
  public static AccumulationModel byId(String id) {
    for (AccumulationModel model : ALL) {
      if (model.id().equals(id)) {
        return model;
      }
    }
    throw new IllegalArgumentException(
        "unknown model \"" + id + "\": expected one of " + ALL.stream().map(AccumulationModel::id).collect(Collectors.joining(", ")));
  }
}
