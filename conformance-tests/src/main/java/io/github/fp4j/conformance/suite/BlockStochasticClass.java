package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.conformance.diagnosis.QuantizeTask;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ReferenceQuantizer;
import io.github.fp4j.formats.block.StochasticRounding;

/**
 * X9: quantising with stochastic rounding under one profile, one arithmetic and one mapping of bytes to elements. The rows stand at three places of larger tensors,
 * so that element numbers beyond 32 bits, and rows that are cut from wider ones and start anywhere in a block of random words, are asked as well.
 */
final class BlockStochasticClass implements CoverageClass {
  private static final BlockInput[] INPUTS = BlockInput.values();
  private static final int ROWS = 8;
  private static final int COLUMNS = 128;
  private static final long[] FIRST_ELEMENTS = {0, 7L * COLUMNS + 5, (5L << 32) - 3 * COLUMNS};
  private static final long[] ROW_ELEMENTS = {COLUMNS, 3L * COLUMNS + 1, COLUMNS};

  private final QuantizationProfile profile;
  private final StochasticRounding rounding;

  BlockStochasticClass(QuantizationProfile profile, StochasticRounding rounding) {
    this.profile = profile;
    this.rounding = rounding;
  }

  @Override
  public String suite() {
    return "X9";
  }

  @Override
  public String id() {
    String bytes = rounding.arithmetic().bits() == 32 ? "" : "-" + AskedConversions.kebab(rounding.byteOrder());
    return "X9/" + profile + "/" + AskedConversions.kebab(rounding.arithmetic()) + bytes;
  }

  /** One case for every scale and code. */
  @Override
  public long cases() {
    return (long) INPUTS.length * ROWS * (COLUMNS + COLUMNS / profile.format().blockSize());
  }

  /** The random words of a seed have no end; every random byte at every point of every interval is asked of the conversions. */
  @Override
  public boolean exhaustive() {
    return true;
  }

  @Override
  public boolean appliesTo(Backend subject) {
    return subject.blocks().filter(kernels -> kernels.supports(profile, rounding)).isPresent();
  }

  @Override
  public void run(Backend subject, Tally tally, Workers workers) throws Exception {
    BlockKernels kernels = subject.blocks().orElseThrow();
    workers.share(INPUTS.length, () -> piece -> ask(kernels, piece, tally));
  }

  private void ask(BlockKernels kernels, int piece, Tally tally) {
    BlockInput input = INPUTS[piece];
    long firstElement = FIRST_ELEMENTS[piece % FIRST_ELEMENTS.length];
    long rowElements = ROW_ELEMENTS[piece % FIRST_ELEMENTS.length];
    float[] values = input.values(piece, ROWS, COLUMNS);
    String label = "%s, %s, from element %d".formatted(input.label(), id(), firstElement);
    BlockProblem problem = BlockProblem.strided(label, profile, values, ROWS, COLUMNS, input.tensorScale(profile, values));
    long firstCase = (long) piece << 32;

    BlockRows right = BlockRows.allocate(profile.format(), ROWS, COLUMNS);
    try {
      ReferenceQuantizer.quantizeStochastic(profile, problem.tensorScale(), rounding, firstElement, rowElements, problem.from(), right);
    } catch (IllegalArgumentException refusedByTheModel) {
      BlockCheck.refused(problem, firstCase, tally, () -> quantize(kernels, problem, firstElement, rowElements, BlockCheck.spacious(problem)));
      tally.judged(problem.cases(Blocking.ROWS));
      return;
    }
    BlockTensor expected = new BlockTensor(profile, ROWS, COLUMNS, right.codes(), right.scales(), problem.tensorScale());
    BlockTarget target = new BlockTarget(problem, Blocking.ROWS, expected, new QuantizeTask.Stochastic(rounding, firstElement, rowElements));
    quantize(kernels, problem, firstElement, rowElements, target.rows());
    target.compare(firstCase, tally);
  }

  private void quantize(BlockKernels kernels, BlockProblem problem, long firstElement, long rowElements, BlockRows to) {
    kernels.quantizeStochastic(profile, problem.tensorScale(), rounding, firstElement, rowElements, problem.from(), to);
  }
}
