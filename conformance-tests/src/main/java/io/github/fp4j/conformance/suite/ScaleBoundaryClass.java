package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.BlockKernels;
import io.github.fp4j.backend.BlockOperation;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.formats.block.Blocking;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ReferenceQuantizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * X7: from the largest magnitude of a block to its scale byte. Every magnitude at which the byte changes, one ulp below and one above it, and blocks of zeros,
 * subnormals, largest numbers, infinities and NaNs; where the profile has a tensor scale, under tensor scales of ordinary size and under those whose reciprocals
 * overflow or are no numbers. The elements of each block are judged with it.
 */
final class ScaleBoundaryClass implements CoverageClass {
  private static final float[] TENSOR_AMAX = {
    1, 6, 2688, 3.1415927f, 0.0123f, 1e-37f, 1e-42f, Float.MIN_VALUE, 0, Float.MAX_VALUE, Float.POSITIVE_INFINITY, Float.NaN
  };
  private static final float[] ENDS = {
    0, -0f, Float.MIN_VALUE, 1e-41f, Math.nextDown(Float.MIN_NORMAL), Float.MIN_NORMAL, Float.MAX_VALUE, -Float.MAX_VALUE, Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY
  };
  private static final float[] NANS = {Float.NaN, Float.intBitsToFloat(0xFFC00000), Float.intBitsToFloat(0x7F800001)};
  private static final int SAMPLES_PER_BINADE = 8;
  private static final int INFINITY_BITS = 0x7F800000;

  private final QuantizationProfile profile;
  private @Nullable List<BlockProblem> problems;

  ScaleBoundaryClass(QuantizationProfile profile) {
    this.profile = profile;
  }

  @Override
  public String suite() {
    return "X7";
  }

  @Override
  public String id() {
    return "X7/" + profile;
  }

  /** One case for every scale and code of every block. */
  @Override
  public long cases() {
    return problems().stream().mapToLong(problem -> problem.cases(Blocking.ROWS)).sum();
  }

  @Override
  public boolean exhaustive() {
    return true;
  }

  @Override
  public boolean appliesTo(Backend subject) {
    return subject.blocks().filter(kernels -> kernels.supports(profile) && kernels.supports(BlockOperation.QUANTIZE)).isPresent();
  }

  @Override
  public void run(Backend subject, Tally tally, Workers workers) throws Exception {
    BlockKernels kernels = subject.blocks().orElseThrow();
    List<BlockProblem> asked = problems();
    workers.share(asked.size(), () -> number -> ask(kernels, asked.get(number), (long) number << 32, tally));
  }

  private void ask(BlockKernels kernels, BlockProblem problem, long firstCase, Tally tally) {
    BlockCheck.quantized(problem, Blocking.ROWS, firstCase, tally, to -> kernels.quantize(profile, problem.tensorScale(), problem.from(), to));
  }

  private synchronized List<BlockProblem> problems() {
    if (problems == null) {
      List<BlockProblem> made = new ArrayList<>();
      for (int i = 0; i < (profile.format().hasTensorScale() ? TENSOR_AMAX.length : 1); i++) {
        float tensorScale = profile.tensorScaleOf(TENSOR_AMAX[i]);
        made.add(problem("boundaries", aroundBoundaries(tensorScale), tensorScale));
        made.add(problem("ends of the range", ENDS, tensorScale));
        made.add(problem("NaN", NANS, tensorScale));
      }
      problems = List.copyOf(made);
    }
    return problems;
  }

  /** A block for each magnitude: that magnitude somewhere with either sign, fractions of it elsewhere. Rows are filled up with blocks of zeros. */
  private BlockProblem problem(String label, float[] magnitudes, float tensorScale) {
    int size = profile.format().blockSize();
    int columns = profile.rowMultiple();
    int rows = Math.ceilDiv(magnitudes.length * size, columns);
    float[] values = new float[rows * columns];
    Random random = new Random(magnitudes.length);
    for (int block = 0; block < magnitudes.length; block++) {
      float magnitude = magnitudes[block];
      for (int i = 0; i < size; i++) {
        values[block * size + i] = Float.isFinite(magnitude) ? magnitude * random.nextInt(-64, 65) / 64 : random.nextInt(-8, 9);
      }
      values[block * size + random.nextInt(size)] = random.nextBoolean() ? magnitude : -magnitude;
    }
    String name = profile.format().hasTensorScale() ? label + " under tensor scale " + tensorScale : label;
    return BlockProblem.dense(name, profile, values, rows, columns, tensorScale);
  }

  private float[] aroundBoundaries(float tensorScale) {
    List<Integer> boundaries = boundaries(profile, tensorScale);
    float[] magnitudes = new float[3 * boundaries.size()];
    for (int i = 0; i < magnitudes.length; i++) {
      magnitudes[i] = Float.intBitsToFloat(boundaries.get(i / 3) + i % 3 - 1);
    }
    return magnitudes;
  }

  /** The bit patterns of all magnitudes at which the scale byte is another than one ulp below; infinity is one of them where it is. */
  static List<Integer> boundaries(QuantizationProfile profile, float tensorScale) {
    List<Integer> boundaries = new ArrayList<>();
    int step = (1 << 23) / SAMPLES_PER_BINADE;
    for (int bits = 0; bits < INFINITY_BITS; bits += step) {
      collect(profile, tensorScale, bits, code(profile, tensorScale, bits), bits + step, code(profile, tensorScale, bits + step), boundaries);
    }
    return boundaries;
  }

  private static void collect(QuantizationProfile profile, float tensorScale, int low, int lowCode, int high, int highCode, List<Integer> boundaries) {
    if (lowCode == highCode) {
      return;
    }
    if (high == low + 1) {
      boundaries.add(high);
      return;
    }
    int middle = (low + high) >>> 1;
    int middleCode = code(profile, tensorScale, middle);
    collect(profile, tensorScale, low, lowCode, middle, middleCode, boundaries);
    collect(profile, tensorScale, middle, middleCode, high, highCode, boundaries);
  }

  private static int code(QuantizationProfile profile, float tensorScale, int bits) {
    return ReferenceQuantizer.scaleCode(profile, Float.intBitsToFloat(bits), tensorScale);
  }
}
