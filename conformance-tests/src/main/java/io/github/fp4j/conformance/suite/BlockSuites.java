package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.BlockOperation;
import io.github.fp4j.backend.ReferenceBackend;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.Hadamard;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.block.StochasticRounding;
import io.github.fp4j.formats.block.StochasticRounding.Arithmetic;
import io.github.fp4j.formats.block.StochasticRounding.ByteOrder;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** What is asked about blocks: every profile that a CPU computes exactly, scale layouts, Hadamard transforms. */
final class BlockSuites {
  private static final List<BlockOperation> PROFILE_OPERATIONS =
      List.of(
          BlockOperation.AMAX, BlockOperation.QUANTIZE, BlockOperation.QUANTIZE_TRANSPOSED, BlockOperation.QUANTIZE_BOTH, BlockOperation.QUANTIZE_TILES,
          BlockOperation.DEQUANTIZE);

  private static final List<StochasticRounding> STOCHASTIC =
      List.of(
          new StochasticRounding(Arithmetic.CARRY_8, ByteOrder.ELEMENT, 0x0123_4567_89AB_CDEFL, 3),
          new StochasticRounding(Arithmetic.CARRY_8, ByteOrder.PTX, -2, 1L << 40),
          new StochasticRounding(Arithmetic.FMA_8, ByteOrder.ELEMENT, 42, 0),
          new StochasticRounding(Arithmetic.FMA_8, ByteOrder.PTX, 0xFFFF_FFFFL, -1),
          new StochasticRounding(Arithmetic.CARRY_32, ByteOrder.ELEMENT, 1L << 63, 17));

  private BlockSuites() {}

  static List<CoverageClass> at(Level level) {
    List<QuantizationProfile> profiles = Profiles.all().stream().filter(QuantizationProfile::isCpuExact).toList();
    BlockKernels reference = ReferenceBackend.INSTANCE.blocks().orElseThrow();
    List<CoverageClass> classes = new ArrayList<>();
    profiles.forEach(profile -> classes.add(new ScaleDecodeClass(profile)));
    profiles.forEach(profile -> classes.add(new ScaleBoundaryClass(profile)));
    for (ScaleLayout layout : ScaleLayout.values()) {
      classes.add(new ScaleLayoutClass(layout, level == Level.FULL));
    }
    profiles.forEach(profile -> classes.add(new PackingClass(profile)));
    for (QuantizationProfile profile : profiles) {
      STOCHASTIC.stream()
          .filter(rounding -> reference.supports(profile, rounding))
          .forEach(rounding -> classes.add(new BlockStochasticClass(profile, rounding)));
    }
    classes.add(new HadamardClass("transformer-engine-16", Hadamard.TRANSFORMER_ENGINE));
    for (int size = Hadamard.LEAST_SIZE; size <= Hadamard.LARGEST_SIZE; size *= 2) {
      classes.add(new HadamardClass("plain-" + size, Hadamard.plain(size)));
      classes.add(new HadamardClass("random-signs-" + size, randomSigns(size)));
    }
    for (QuantizationProfile profile : profiles) {
      classes.add(new AmaxPlacesClass(profile));
      BlockProblems problems = new BlockProblems(profile, level.profileTrials());
      PROFILE_OPERATIONS.forEach(operation -> classes.add(new ProfileClass(profile, operation, problems, level == Level.FULL)));
    }
    return classes;
  }

  /** Signs of a fixed seed, and as in TransformerEngine's transform a result in bf16. */
  private static Hadamard randomSigns(int size) {
    List<Long> signs = new Random(size).longs(Math.ceilDiv(size, Long.SIZE)).boxed().toList();
    return new Hadamard(size, signs, FloatFormat.BF16);
  }
}
