package io.github.fp4j.conformance.suite;

import io.github.fp4j.conformance.diagnosis.Observation;
import io.github.fp4j.conformance.diagnosis.QuantizeTask;
import io.github.fp4j.conformance.diagnosis.QuantizeTask.Stochastic;
import io.github.fp4j.conformance.judge.Mismatch;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.formats.block.BlockFormat;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.QuantizationProfile;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Where a subject writes one quantised matrix: every byte poisoned before the call, and compared after it. */
final class BlockTarget {
  private static final byte POISON = (byte) 0xA5;
  private static final int GAP = 7;

  private final BlockProblem problem;
  private final Blocking blocking;
  private final BlockTensor expected;
  private final @Nullable Stochastic stochastic;
  private final BlockRows rows;

  /** Rows lie apart, so that a write between them shows. */
  BlockTarget(BlockProblem problem, Blocking blocking, BlockTensor expected) {
    this(problem, blocking, expected, null);
  }

  /** The same for a call that rounds stochastically. */
  BlockTarget(BlockProblem problem, Blocking blocking, BlockTensor expected, @Nullable Stochastic stochastic) {
    this.stochastic = stochastic;
    this.problem = problem;
    this.blocking = blocking;
    this.expected = expected;
    int codesStride = expected.codesStride() + GAP;
    int scalesStride = expected.scalesStride() + GAP;
    this.rows =
        new BlockRows(
            poisoned(expected.codes(), expected.codesStride()), GAP, codesStride, poisoned(expected.scales(), expected.scalesStride()), GAP, scalesStride);
  }

  private byte[] poisoned(byte[] right, int length) {
    byte[] bytes = new byte[GAP + expected.rows() * (length + GAP)];
    Arrays.fill(bytes, POISON);
    for (int row = 0; row < expected.rows(); row++) {
      for (int i = 0; i < length; i++) {
        bytes[GAP + row * (length + GAP) + i] = (byte) ~right[row * length + i];
      }
    }
    return bytes;
  }

  BlockRows rows() {
    return rows;
  }

  /** Enters every scale and every code as a case; those of block b of row r follow one another, scale first. */
  void compare(long firstCase, Tally tally) {
    byte[] codes = taken(rows.codes(), expected.codesStride());
    byte[] scales = taken(rows.scales(), expected.scalesStride());
    if (!Arrays.equals(codes, expected.codes()) || !Arrays.equals(scales, expected.scales())) {
      BlockTensor actual = new BlockTensor(problem.profile(), expected.rows(), expected.columns(), codes, scales, problem.tensorScale());
      int size = problem.profile().format().blockSize();
      for (int row = 0; row < expected.rows(); row++) {
        for (int start = 0; start < expected.storedColumns(); start += size) {
          long block = (long) row * expected.scalesStride() + start / size;
          compareBlock(firstCase + block * (size + 1), actual, row, start, tally);
        }
      }
    }
    tally.judged((long) expected.rows() * (expected.storedColumns() + expected.scalesStride()));
    tally.observe(firstCase, observation(codes, scales));
  }

  private Observation<QuantizeTask> observation(byte[] codes, byte[] scales) {
    QuantizationProfile profile = problem.profile();
    QuantizeTask task = new QuantizeTask(problem.label(), profile, blocking, problem.from(), problem.tensorScale(), stochastic);
    BlockTensor actual = new BlockTensor(profile, expected.rows(), expected.columns(), codes, scales, problem.tensorScale());
    BlockTensor poison =
        new BlockTensor(profile, expected.rows(), expected.columns(), inverted(expected.codes()), inverted(expected.scales()), problem.tensorScale());
    return Observation.whole(task, task.outputs(expected), task.outputs(actual), task.outputs(poison));
  }

  private static byte[] inverted(byte[] bytes) {
    byte[] inverted = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      inverted[i] = (byte) ~bytes[i];
    }
    return inverted;
  }

  private byte[] taken(byte[] bytes, int length) {
    byte[] dense = new byte[expected.rows() * length];
    for (int i = 0; i < bytes.length; i++) {
      int within = (i - GAP) % (length + GAP);
      boolean inRow = i >= GAP && within < length;
      if (inRow) {
        dense[(i - GAP) / (length + GAP) * length + within] = bytes[i];
      } else if (bytes[i] != POISON) {
        throw new IllegalStateException("the subject wrote outside the rows it was given");
      }
    }
    return dense;
  }

  private void compareBlock(long firstCase, BlockTensor actual, int row, int start, Tally tally) {
    int rightScale = expected.scaleCode(row, start);
    int wrongScale = actual.scaleCode(row, start);
    if (rightScale != wrongScale) {
      FloatFormat scale = problem.profile().format().scale();
      Verdict verdict = scale.isNan(rightScale) ? Verdict.NAN_PAYLOAD : Verdict.MISMATCH;
      tally.mismatch(
          firstCase,
          new Mismatch(
              verdict, block(row, start) + ", amax " + text(amax(row, start)) + ", tensor scale " + text(problem.tensorScale()),
              "scale " + CodeComparison.describe(scale, rightScale), "scale " + CodeComparison.describe(scale, wrongScale)));
    }
    for (int i = 0; i < problem.profile().format().blockSize(); i++) {
      int right = expected.code(row, start + i);
      int wrong = actual.code(row, start + i);
      if (right != wrong) {
        float input = problem.element(blocking, row, start + i);
        String value = start + i < expected.columns() ? text(input) : "padding";
        tally.mismatch(
            firstCase + 1 + i,
            new Mismatch(
                verdict(input, right, wrong), block(row, start) + ", element " + i + ": " + value, code(right, rightScale), code(wrong, wrongScale)));
      }
    }
  }

  private Verdict verdict(float input, int right, int wrong) {
    if (Float.isNaN(input)) {
      return Verdict.NAN_PAYLOAD;
    }
    FloatFormat element = problem.profile().format().element();
    return (right & element.magnitudeMask()) == 0 && wrong == (right ^ element.signMask()) ? Verdict.ZERO_SIGN : Verdict.MISMATCH;
  }

  private String block(int row, int start) {
    BlockFormat format = problem.profile().format();
    return "%s, %s: row %d, block %d".formatted(problem.label(), AskedConversions.kebab(blocking), row, start / format.blockSize());
  }

  private String code(int code, int scaleCode) {
    BlockFormat format = problem.profile().format();
    return "code " + CodeComparison.describe(format.element(), code) + " under scale 0x%02x".formatted(scaleCode);
  }

  private float amax(int row, int start) {
    float amax = 0;
    for (int i = 0; i < problem.profile().format().blockSize(); i++) {
      amax = Math.max(amax, Math.abs(problem.element(blocking, row, start + i)));
    }
    return amax;
  }

  static String text(float value) {
    return "0x%08x (%s)".formatted(Float.floatToRawIntBits(value), value);
  }
}
