package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.BlockOperation;
import io.github.fp4j.conformance.diagnosis.DequantizeTask;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.QuantizationProfile;

/**
 * X8: where codes lie. Row i of a matrix has one number, in column i, and zeros elsewhere, so that one nibble of the packed row may differ from those of zeros:
 * which one is the nibble order. Then the same way back.
 */
final class PackingClass implements CoverageClass {
  private final QuantizationProfile profile;
  private final BlockProblem problem;

  PackingClass(QuantizationProfile profile) {
    this.profile = profile;
    int side = 2 * profile.rowMultiple();
    float[] oneToARow = new float[side * side];
    for (int i = 0; i < side; i++) {
      oneToARow[i * side + i] = 6;
    }
    this.problem = BlockProblem.dense("one number in each row", profile, oneToARow, side, side, BlockInput.unitTensorScale(profile));
  }

  @Override
  public String suite() {
    return "X8";
  }

  @Override
  public String id() {
    return "X8/codes/" + profile;
  }

  /** One case for every scale and code, one for every restored element. */
  @Override
  public long cases() {
    return problem.cases(Blocking.ROWS) + (long) problem.from().rows() * problem.from().columns();
  }

  @Override
  public boolean exhaustive() {
    return true;
  }

  @Override
  public boolean appliesTo(Backend subject) {
    return subject.blocks()
        .filter(kernels -> kernels.supports(profile) && kernels.supports(BlockOperation.QUANTIZE) && kernels.supports(BlockOperation.DEQUANTIZE))
        .isPresent();
  }

  @Override
  public void run(Backend subject, Tally tally, Workers workers) {
    BlockKernels kernels = subject.blocks().orElseThrow();
    BlockCheck.quantized(problem, Blocking.ROWS, 0, tally, to -> kernels.quantize(profile, problem.tensorScale(), problem.from(), to));
    BlockTensor tensor = problem.expected(Blocking.ROWS).orElseThrow();
    FloatTarget target = new FloatTarget(tensor.dequantize(), tensor.rows(), tensor.columns());
    kernels.dequantize(profile, problem.tensorScale(), tensor.blockRows(), target.rows());
    target.compare(problem.cases(Blocking.ROWS), tally, (row, column) -> "restored: row %d, column %d".formatted(row, column));
    tally.observe(problem.cases(Blocking.ROWS), target.observation(new DequantizeTask(problem.label(), tensor)));
  }
}
