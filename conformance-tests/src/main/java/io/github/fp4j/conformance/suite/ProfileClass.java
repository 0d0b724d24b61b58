package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.BlockOperation;
import io.github.fp4j.conformance.diagnosis.AmaxTask;
import io.github.fp4j.conformance.diagnosis.DequantizeTask;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.formats.block.BlockFormat;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.FloatRows;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;

/** XQ: one operation under one profile on every kind of input. Expected values come from {@link ReferenceQuantizer}. */
final class ProfileClass implements CoverageClass {
  private static final long CASES_APART = 1L << 32;

  private final QuantizationProfile profile;
  private final BlockOperation operation;
  private final BlockProblems problems;
  private final boolean complete;
  private long cases;

  /** @param complete whether {@code problems} are as many as the suite has at any level */
  ProfileClass(QuantizationProfile profile, BlockOperation operation, BlockProblems problems, boolean complete) {
    this.profile = profile;
    this.operation = operation;
    this.problems = problems;
    this.complete = complete;
  }

  @Override
  public String suite() {
    return "XQ";
  }

  @Override
  public String id() {
    return "XQ/" + profile + "/" + AskedConversions.kebab(operation);
  }

  /** One case for every scale and code written, or element restored, or maximum taken. */
  @Override
  public long cases() {
    if (cases == 0) {
      cases = IntStream.range(0, problems.count()).mapToLong(number -> cases(problems.get(number))).sum();
    }
    return cases;
  }

  private long cases(BlockProblem problem) {
    return switch (operation) {
      case QUANTIZE -> problem.cases(Blocking.ROWS);
      case QUANTIZE_TRANSPOSED -> problem.cases(Blocking.TRANSPOSED);
      case QUANTIZE_BOTH -> problem.cases(Blocking.ROWS) + problem.cases(Blocking.TRANSPOSED);
      case QUANTIZE_TILES -> problem.cases(Blocking.TILES);
      case DEQUANTIZE -> problem.cases(Blocking.ROWS) == 1 ? 1 : (long) problem.from().rows() * problem.from().columns();
      case AMAX, HADAMARD, SCALE_LAYOUT -> 1;
    };
  }

  /** Random inputs have no end; the list of the full level counts as all of them. */
  @Override
  public boolean exhaustive() {
    return complete;
  }

  @Override
  public boolean appliesTo(Backend subject) {
    return subject.blocks().filter(kernels -> kernels.supports(profile) && kernels.supports(operation)).isPresent();
  }

  @Override
  public void run(Backend subject, Tally tally, Workers workers) throws Exception {
    BlockKernels kernels = subject.blocks().orElseThrow();
    workers.share(problems.count(), () -> number -> ask(kernels, problems.get(number), number * CASES_APART, tally));
  }

  private void ask(BlockKernels kernels, BlockProblem problem, long firstCase, Tally tally) {
    float scale = problem.tensorScale();
    FloatRows from = problem.from();
    switch (operation) {
      case QUANTIZE -> BlockCheck.quantized(problem, Blocking.ROWS, firstCase, tally, to -> kernels.quantize(profile, scale, from, to));
      case QUANTIZE_TRANSPOSED -> BlockCheck.quantized(problem, Blocking.TRANSPOSED, firstCase, tally, to -> kernels.quantizeTransposed(profile, scale, from, to));
      case QUANTIZE_TILES -> BlockCheck.quantized(problem, Blocking.TILES, firstCase, tally, to -> kernels.quantizeTiles(profile, scale, from, to));
      case QUANTIZE_BOTH -> both(kernels, problem, firstCase, tally);
      case DEQUANTIZE -> dequantize(kernels, problem, firstCase, tally);
      case AMAX -> AmaxPlacesClass.ask(kernels, new AmaxTask(problem.label(), profile, from), firstCase, tally);
      case HADAMARD, SCALE_LAYOUT -> throw new IllegalStateException(operation + " knows no profile");
    }
  }

  /** In two ranges of rows where the profile allows to cut. */
  private void both(BlockKernels kernels, BlockProblem problem, long firstCase, Tally tally) {
    FloatRows from = problem.from();
    Optional<BlockTensor> alongRows = problem.expected(Blocking.ROWS);
    Optional<BlockTensor> transposed = problem.expected(Blocking.TRANSPOSED);
    if (alongRows.isEmpty() || transposed.isEmpty()) {
      Runnable call = () -> kernels.quantizeBoth(profile, problem.tensorScale(), from, BlockCheck.spacious(problem), BlockCheck.spacious(problem));
      BlockCheck.refused(problem, firstCase, tally, call);
      tally.judged(cases(problem));
      return;
    }
    BlockTarget to = new BlockTarget(problem, Blocking.ROWS, alongRows.get());
    BlockTarget toTransposed = new BlockTarget(problem, Blocking.TRANSPOSED, transposed.get());
    BlockFormat format = profile.format();
    int cut = from.rows() / 2 / profile.rowMultiple() * profile.rowMultiple();
    if (cut > 0) {
      kernels.quantizeBoth(profile, problem.tensorScale(), from.rowRange(0, cut), to.rows(), toTransposed.rows());
    }
    kernels.quantizeBoth(
        profile, problem.tensorScale(), from.rowRange(cut, from.rows() - cut), to.rows().fromRow(cut),
        toTransposed.rows().fromBlock(format, cut / format.blockSize()));
    to.compare(firstCase, tally);
    toTransposed.compare(firstCase + problem.cases(Blocking.ROWS), tally);
  }

  private void dequantize(BlockKernels kernels, BlockProblem problem, long firstCase, Tally tally) {
    int rows = problem.from().rows();
    int columns = problem.from().columns();
    if (cases(problem) == 1) {
      FloatRows to = FloatRows.of(new float[rows * columns], rows, columns);
      BlockCheck.refused(problem, firstCase, tally, () -> kernels.dequantize(profile, problem.tensorScale(), BlockCheck.spacious(problem), to));
      tally.judged(1);
      return;
    }
    BlockTensor tensor = problem.expected(Blocking.ROWS).orElseGet(() -> randomTensor(problem));
    FloatTarget target = new FloatTarget(tensor.dequantize(), rows, columns);
    kernels.dequantize(profile, problem.tensorScale(), tensor.blockRows(), target.rows());
    target.compare(
        firstCase, tally,
        (row, column) ->
            "%s: row %d, column %d: code 0x%x, scale 0x%02x".formatted(problem.label(), row, column, tensor.code(row, column), tensor.scaleCode(row, column)));
    tally.observe(firstCase, target.observation(new DequantizeTask(problem.label(), tensor)));
  }

  /** For inputs that the profile refuses to quantise. */
  private BlockTensor randomTensor(BlockProblem problem) {
    int rows = problem.from().rows();
    int columns = problem.from().columns();
    BlockRows bytes = BlockRows.allocate(profile.format(), rows, profile.storedColumns("columns", columns));
    Random random = new Random(rows);
    random.nextBytes(bytes.codes());
    random.nextBytes(bytes.scales());
    return new BlockTensor(profile, rows, columns, bytes.codes(), bytes.scales(), problem.tensorScale());
  }
}
