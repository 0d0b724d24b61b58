package io.github.fp4j.simd.optim;

import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.formats.codebook.BlockwiseCodebook;
import io.github.fp4j.formats.codebook.Codebook;

/** How one moment of a tensor is stored between steps. */
public sealed interface MomentFormat {

  /** Four bytes an element. */
  MomentFormat FLOAT32 = new Plain("fp32");

  /** Two bytes an element, rounded to nearest even. */
  MomentFormat BFLOAT16 = new Plain("bf16");

  /** The first moment of arXiv 2309.01507: signed dynamic-exponent codes, blocks of 128. */
  MomentFormat DYNAMIC_4_BLOCK_128 = new Blockwise(new BlockwiseCodebook(Codebook.SIGNED_DYNAMIC_4, 128));

  /** The second moment of arXiv 2309.01507: linear codes without zero, rank-1 scales. */
  MomentFormat LINEAR_4_RANK_1 = new RankOne(Codebook.LINEAR_4, 128);

  /** The second moment in the authors' default configuration object. */
  MomentFormat LINEAR_4_BLOCK_128 = new Blockwise(new BlockwiseCodebook(Codebook.LINEAR_4, 128));

  /** The first moment of today's bitsandbytes. */
  MomentFormat DYNAMIC_8_SIGNED_BLOCK_256 = new Blockwise(new BlockwiseCodebook(Codebook.SIGNED_DYNAMIC_8, 256));

  /** The second moment of today's bitsandbytes. */
  MomentFormat DYNAMIC_8_UNSIGNED_BLOCK_256 = new Blockwise(new BlockwiseCodebook(Codebook.UNSIGNED_DYNAMIC_8, 256));

  /** Means of rows and of columns only (second moments of matrices); tensors of one dimension fall back to {@link #LINEAR_4_BLOCK_128}. */
  MomentFormat FACTORED = new Factored();

  /** Its name on command lines and in saved states: {@code fp32}, {@code bf16}, {@code linear4-rank1}, {@code de4-signed-block128}, {@code factored}... */
  String name();

  /**
   * A float format.
   *
   * @param name {@code fp32} or {@code bf16}
   */
  record Plain(String name) implements MomentFormat {}

  /**
   * Codes of a codebook with a scale to a block of consecutive elements.
   *
   * @param format codebook and block size; the block size divides {@value OptimizerKernels#CHUNK}
   */
  record Blockwise(BlockwiseCodebook format) implements MomentFormat {
    public Blockwise {
      if (OptimizerKernels.CHUNK % format.blockSize() != 0) {
        throw new IllegalArgumentException("block size " + format.blockSize() + ": expected a power of two from 2 to 4096");
      }
    }

    @Override
    public String name() {
      return format.codebook().name() + "-block" + format.blockSize();
    }
  }

  /**
   * Codes of a codebook with rank-1 scales; tensors of one dimension have a scale to a block.
   *
   * @param codebook the values
   * @param blockSize elements to a block of a tensor of one dimension
   */
  record RankOne(Codebook codebook, int blockSize) implements MomentFormat {
    @Override
    public String name() {
      return codebook.name() + "-rank1";
    }
  }

  /** Row and column means. */
  record Factored() implements MomentFormat {
    @Override
    public String name() {
      return "factored";
    }
  }

  /**
   * The format of this name.
   *
   * @throws IllegalArgumentException if there is none
   */
  static MomentFormat byName(String name) {
    switch (name) {
      case "fp32":
        return FLOAT32;
      case "bf16":
        return BFLOAT16;
      case "factored":
        return FACTORED;
      default:
    }
    for (Codebook codebook : Codebook.all()) {
      if (name.equals(codebook.name() + "-rank1")) {
        return new RankOne(codebook, 128);
      }
      String prefix = codebook.name() + "-block";
      if (name.startsWith(prefix) && name.substring(prefix.length()).matches("[1-9]\\d{0,3}")) {
        return new Blockwise(new BlockwiseCodebook(codebook, Integer.parseInt(name.substring(prefix.length()))));
      }
    }
    throw new IllegalArgumentException(
        "moment format \"" + name + "\": expected fp32, bf16, factored, or CODEBOOK-rank1 or CODEBOOK-blockN with CODEBOOK one of " + Codebook.all());
  }
}
