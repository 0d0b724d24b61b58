package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.suite.BlockInput;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.Profiles;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.RaggedRows;
import io.github.fp4j.formats.block.ReferenceQuantizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Block quantisation under a profile, along the rows, with the tensor scale given: every {@link BlockInput} four times and, for profiles that pad, a matrix whose
 * rows are no multiple of a block. What the profile refuses to quantise is not asked.
 */
final class BlockVectors {
  static final String NAME = "blocks";

  private static final int TRIALS = 4;
  private static final int ROWS = 16;
  private static final int COLUMNS = 64;
  private static final int RAGGED_COLUMNS = 75;

  private BlockVectors() {}

  /** Profiles that a CPU computes exactly. */
  static List<QuantizationProfile> profiles() {
    return Profiles.all().stream().filter(QuantizationProfile::isCpuExact).toList();
  }

  /** All profiles, one after the other. */
  static VectorSuite all(long seed) {
    List<VectorCase> cases = new ArrayList<>();
    profiles().forEach(profile -> add(cases, profile, seed));
    return new ListedVectors(NAME, seed, cases);
  }

  /** @throws IllegalArgumentException if only hardware computes the profile exactly */
  static VectorSuite of(QuantizationProfile profile, long seed) {
    profile.requireCpuExact();
    List<VectorCase> cases = new ArrayList<>();
    add(cases, profile, seed);
    return new ListedVectors(NAME + "/" + profile.id(), seed, cases);
  }

  private static void add(List<VectorCase> cases, QuantizationProfile profile, long seed) {
    for (BlockInput input : BlockInput.values()) {
      for (int trial = 0; trial < TRIALS; trial++) {
        question(profile, input, seed * TRIALS + trial, COLUMNS).ifPresent(cases::add);
      }
    }
    if (profile.raggedRows() != RaggedRows.REFUSE) {
      question(profile, BlockInput.GAUSSIAN_BF16, seed, RAGGED_COLUMNS).ifPresent(cases::add);
    }
  }

  private static Optional<VectorCase> question(QuantizationProfile profile, BlockInput input, long seed, int columns) {
    float[] values = input.values(seed, ROWS, columns);
    float tensorScale = input.tensorScale(profile, values);
    BlockRows to = BlockRows.allocate(profile.format(), ROWS, profile.storedColumns("columns", columns));
    try {
      ReferenceQuantizer.quantize(profile, Blocking.ROWS, tensorScale, FloatRows.of(values, ROWS, columns), to);
    } catch (IllegalArgumentException refused) {
      return Optional.empty();
    }
    List<Tensor> inputs = List.of(Tensor.ofFloats("tensor-scale", new float[] {tensorScale}, 1), Tensor.ofFloats("values", values, ROWS, columns));
    Question question = new Question(Operation.QUANTIZE, List.of(profile.id(), Integer.toString(ROWS), Integer.toString(columns)), inputs);
    List<Tensor> right =
        List.of(
            Tensor.ofBytes("scales", to.scales(), ROWS, to.scales().length / ROWS), Tensor.ofBytes("codes", to.codes(), ROWS, to.codes().length / ROWS));
    return Optional.of(VectorCase.whole(profile + ", " + input.label(), question, right));
  }
}
