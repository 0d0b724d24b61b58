package io.github.fp4j.conformance.suite;

import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.RaggedRows;
import io.github.fp4j.formats.block.ReferenceQuantizer;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/** One matrix to quantise under one profile, and what the model makes of it. Thread-safe. */
final class BlockProblem {
  private static final int GAP = 5;

  private final String label;
  private final QuantizationProfile profile;
  private final FloatRows from;
  private final float tensorScale;
  private final Map<Blocking, Optional<BlockTensor>> expected = new EnumMap<>(Blocking.class);

  private BlockProblem(String label, QuantizationProfile profile, FloatRows from, float tensorScale) {
    this.label = label;
    this.profile = profile;
    this.from = from;
    this.tensorScale = tensorScale;
  }

  /** A problem whose rows follow one another. */
  static BlockProblem dense(String label, QuantizationProfile profile, float[] values, int rows, int columns, float tensorScale) {
    return new BlockProblem(label, profile, FloatRows.of(values, rows, columns), tensorScale);
  }

  /** The same with NaN before, between and after the rows. */
  static BlockProblem strided(String label, QuantizationProfile profile, float[] values, int rows, int columns, float tensorScale) {
    int stride = columns + GAP;
    float[] apart = new float[GAP + rows * stride];
    Arrays.fill(apart, Float.NaN);
    for (int row = 0; row < rows; row++) {
      System.arraycopy(values, row * columns, apart, GAP + row * stride, columns);
    }
    return new BlockProblem(label, profile, new FloatRows(apart, GAP, stride, rows, columns), tensorScale);
  }

  String label() {
    return label;
  }

  QuantizationProfile profile() {
    return profile;
  }

  FloatRows from() {
    return from;
  }

  float tensorScale() {
    return tensorScale;
  }

  /** Rows of the quantised matrix. */
  int rows(Blocking blocking) {
    return blocking == Blocking.TRANSPOSED ? from.columns() : from.rows();
  }

  /** Elements in a row of the quantised matrix, without padding. */
  int columns(Blocking blocking) {
    return blocking == Blocking.TRANSPOSED ? from.rows() : from.columns();
  }

  /** The element of the input that an element of the quantised matrix comes from; 0 in the padding. */
  float element(Blocking blocking, int row, int column) {
    if (column >= columns(blocking)) {
      return 0;
    }
    return from.values()[blocking == Blocking.TRANSPOSED ? from.index(column, row) : from.index(row, column)];
  }

  /** One case for every scale and every code that is stored; one alone if the profile refuses the shape. */
  long cases(Blocking blocking) {
    int columns = columns(blocking);
    boolean refuses = profile.raggedRows() == RaggedRows.REFUSE;
    boolean raggedTiles = blocking == Blocking.TILES && from.rows() % profile.format().blockSize() != 0;
    if (refuses && (columns % profile.rowMultiple() != 0 || raggedTiles)) {
      return 1;
    }
    int stored = profile.storedColumns("columns", columns);
    return (long) rows(blocking) * (stored + profile.format().blocksPerRow(stored));
  }

  /** What the model gives; empty if it refuses the shape or an element. */
  synchronized Optional<BlockTensor> expected(Blocking blocking) {
    return expected.computeIfAbsent(blocking, this::quantize);
  }

  private Optional<BlockTensor> quantize(Blocking blocking) {
    try {
      int rows = rows(blocking);
      BlockRows to = BlockRows.allocate(profile.format(), rows, profile.storedColumns("columns", columns(blocking)));
      ReferenceQuantizer.quantize(profile, blocking, tensorScale, from, to);
      return Optional.of(new BlockTensor(profile, rows, columns(blocking), to.codes(), to.scales(), tensorScale));
    } catch (IllegalArgumentException refused) {
      return Optional.empty();
    }
  }
}
