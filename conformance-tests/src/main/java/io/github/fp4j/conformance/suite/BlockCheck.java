package io.github.fp4j.conformance.suite;

import io.github.fp4j.conformance.judge.Mismatch;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.Blocking;
import java.util.Optional;
import java.util.function.Consumer;

/** Puts one problem to a subject and enters what comes of it; what the model refuses, the subject must refuse. */
final class BlockCheck {
  private BlockCheck() {}

  /** Enters {@link BlockProblem#cases} cases of a call that quantises. */
  static void quantized(BlockProblem problem, Blocking blocking, long firstCase, Tally tally, Consumer<BlockRows> call) {
    Optional<BlockTensor> expected = problem.expected(blocking);
    if (expected.isEmpty()) {
      refused(problem, firstCase, tally, () -> call.accept(spacious(problem)));
      tally.judged(problem.cases(blocking));
      return;
    }
    BlockTarget target = new BlockTarget(problem, blocking, expected.get());
    call.accept(target.rows());
    target.compare(firstCase, tally);
  }

  /** Enters a mismatch unless the call is refused. */
  static void refused(BlockProblem problem, long firstCase, Tally tally, Runnable call) {
    try {
      call.run();
    } catch (IllegalArgumentException refused) {
      return;
    }
    String shape = problem.label() + ", " + problem.from().rows() + " x " + problem.from().columns();
    tally.mismatch(firstCase, new Mismatch(Verdict.MISMATCH, shape, "refused: IllegalArgumentException", "no exception"));
  }

  /** Room for any result of the problem, padded or not. */
  static BlockRows spacious(BlockProblem problem) {
    int side = Math.max(problem.from().rows(), problem.from().columns()) + problem.profile().rowMultiple();
    return BlockRows.allocate(problem.profile().format(), side, side);
  }
}
