package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.BlockOperation;
import io.github.fp4j.conformance.diagnosis.DequantizeTask;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Workers;
import io.github.fp4j.formats.block.BlockRows;
import io.github.fp4j.formats.block.BlockTensor;
import io.github.fp4j.formats.block.QuantizationProfile;
import io.github.fp4j.formats.block.ReferenceQuantizer;

/**
 * X5: every scale byte with every element code, restored as one profile does; where the profile has a tensor scale, with each of five. A code that stands more than
 * once in its block is one case, wrong if any of them is.
 */
final class ScaleDecodeClass implements CoverageClass {
  private static final int SCALES = 256;
  private static final float[] TENSOR_AMAX = {2688, 1, 0.1f, 1e-30f, 1e30f};

  private final QuantizationProfile profile;

  ScaleDecodeClass(QuantizationProfile profile) {
    this.profile = profile;
  }

  @Override
  public String suite() {
    return "X5";
  }

  @Override
  public String id() {
    return "X5/" + profile;
  }

  @Override
  public long cases() {
    return (long) tensorScales() * SCALES * profile.format().element().codeCount();
  }

  private int tensorScales() {
    return profile.format().hasTensorScale() ? TENSOR_AMAX.length : 1;
  }

  @Override
  public boolean exhaustive() {
    return true;
  }

  @Override
  public boolean appliesTo(Backend subject) {
    return subject.blocks().filter(kernels -> kernels.supports(profile) && kernels.supports(BlockOperation.DEQUANTIZE)).isPresent();
  }

  @Override
  public void run(Backend subject, Tally tally, Workers workers) {
    for (int i = 0; i < tensorScales(); i++) {
      ask(subject, i, profile.tensorScaleOf(TENSOR_AMAX[i]), tally);
    }
  }

  private void ask(Backend subject, int number, float tensorScale, Tally tally) {
    int size = profile.format().blockSize();
    int codes = profile.format().element().codeCount();
    int columns = profile.rowMultiple();
    int rows = SCALES * size / columns;
    BlockRows blocks = BlockRows.allocate(profile.format(), rows, columns);
    for (int scale = 0; scale < SCALES; scale++) {
      blocks.scales()[scale] = (byte) scale;
    }
    for (int i = 0; i < blocks.codes().length; i++) {
      int pair = i % (size / 2); // eight bytes hold all sixteen codes in either nibble order
      blocks.codes()[i] = (byte) (pair & 15 | (pair + 8 & 15) << 4);
    }
    BlockTensor tensor = new BlockTensor(profile, rows, columns, blocks.codes(), blocks.scales(), tensorScale);
    FloatTarget target = new FloatTarget(tensor.dequantize(), rows, columns);
    subject.blocks().orElseThrow().dequantize(profile, tensorScale, blocks, target.rows());

    tally.observe((long) number * SCALES * codes, target.observation(new DequantizeTask("every scale with every code", tensor)));

    boolean[] seen = new boolean[SCALES * codes];
    boolean[] wrong = new boolean[SCALES * codes];
    for (int i = 0; i < SCALES * size; i++) {
      int code = tensor.code(i / columns, i % columns);
      int scale = tensor.scaleCode(i / columns, i % columns);
      int pair = scale * codes + code;
      float right = ReferenceQuantizer.value(profile, code, scale, tensorScale);
      float actual = target.value(i / columns, i % columns);
      seen[pair] = true;
      if (!FloatTarget.same(right, actual) && !wrong[pair]) {
        wrong[pair] = true;
        String input = "scale 0x%02x, code 0x%x, tensor scale %s".formatted(scale, code, BlockTarget.text(tensorScale));
        tally.mismatch((long) number * SCALES * codes + pair, FloatTarget.mismatch(input, right, actual));
      }
    }
    for (boolean one : seen) {
      tally.judged(one ? 1 : 0);
    }
  }
}
