package io.github.fp4j.simd.optim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class OptimizerFileTest {
  private static final int ROWS = 72;
  private static final int COLUMNS = 61;
  private static final int N = ROWS * COLUMNS;

  /** Steps done before a run is interrupted: at the start, and on either side of the resets at 5 and 10. */
  private static final int[] INTERRUPTIONS = {0, 3, 4, 5, 9, 10};

  @TempDir private Path folder;

  private static OptimizerConfig config(Algorithm algorithm) {
    OptimizerConfig config =
        algorithm.defaults().with("reset-interval", "5").with("schedule-length", "9").with("lr-length", "12").with("stochastic-parameters", "on");
    return algorithm == Algorithm.SPAM ? config.with("density", ".5").with("warmup", "3").with("grace", "2") : config;
  }

  private static Optimizer optimizer(OptimizerConfig config, float[] p, short[] q) {
    return new Optimizer(
        config, new Parameter("block.0 \"quoted\"", FloatStorage.float32(p), ROWS, COLUMNS), new Parameter("bias", FloatStorage.bfloat16(q), q.length));
  }

  private static void step(Optimizer optimizer, int t) {
    FloatStorage bias = t % 4 == 3 ? null : FloatStorage.float32(QuantisedStatesTest.noise(10, 1000 + t));
    optimizer.step(FloatStorage.float32(QuantisedStatesTest.noise(N, t)), bias);
  }

  @ParameterizedTest
  @EnumSource(Algorithm.class)
  void aRunInterruptedAnywhereGoesOnBitForBit(Algorithm algorithm) throws IOException {
    int steps = 12;
    for (Mode mode : Mode.values()) {
      OptimizerConfig config = config(algorithm).withMode(mode);
      float[] p = QuantisedStatesTest.noise(N, -1);
      short[] q = new short[10];
      Optimizer whole = optimizer(config, p, q);
      Path[] files = new Path[steps];
      float[][] ps = new float[steps][];
      short[][] qs = new short[steps][];
      for (int t = 1; t <= steps; t++) {
        if (Arrays.binarySearch(INTERRUPTIONS, t - 1) >= 0) {
          files[t - 1] = folder.resolve(mode + "-" + t);
          OptimizerFile.save(whole, files[t - 1]);
          ps[t - 1] = p.clone();
          qs[t - 1] = q.clone();
        }
        step(whole, t);
      }
      Path end = folder.resolve(mode + "-end");
      OptimizerFile.save(whole, end);
      for (int from : INTERRUPTIONS) {
        Optimizer rest = optimizer(config, ps[from], qs[from]);
        OptimizerFile.resume(rest, files[from]);
        for (int t = from + 1; t <= steps; t++) {
          step(rest, t);
        }
        Floats.assertSame(ps[from], p, "parameters after " + from + " steps and " + (steps - from));
        assertThat(qs[from]).containsExactly(q);
        Path again = folder.resolve("again");
        OptimizerFile.save(rest, again);
        assertThat(again).hasSameBinaryContentAs(end);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(Mode.class)
  void row4StepCounterAfterARestore(Mode mode) throws IOException { // stable-spam.md, section 4, row 4
    OptimizerConfig config = config(Algorithm.STABLE_SPAM).withMode(mode);
    Optimizer first = optimizer(config, new float[N], new short[10]);
    for (int t = 1; t <= 7; t++) {
      step(first, t);
    }
    Path file = folder.resolve("state");
    OptimizerFile.save(first, file);
    Optimizer second = optimizer(config, new float[N], new short[10]);
    OptimizerFile.restore(second, file);
    assertThat(second.steps()).isEqualTo(mode == Mode.REFERENCE ? 0 : 7);
    Floats.assertSame(second.firstMoment(0), first.firstMoment(0), "first moment");
    assertThat(second.step(null, null).scheduleFactor()).isEqualTo(config.cosine().at(mode == Mode.REFERENCE ? 1 : 8, mode));
    OptimizerFile.resume(second, file);
    assertThat(second.steps()).isEqualTo(7);
  }

  @Test
  void theFileIsSafetensors() throws IOException {
    Optimizer optimizer = optimizer(config(Algorithm.ADAMW_4BIT), new float[N], new short[10]);
    step(optimizer, 1);
    Path file = folder.resolve("state");
    OptimizerFile.save(optimizer, file);
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int length = Math.toIntExact(bytes.getLong());
    assertThat((8 + length) % 8).isZero();
    String header = new String(bytes.array(), 8, length, StandardCharsets.UTF_8);
    assertThat(header).startsWith("{\"__metadata__\":{\"format\":\"fp4j-optimizer-1\",\"layout\":\"even index in the low nibble");
    assertThat(header).contains("\"block.0 \\\"quoted\\\".first.codes\":{\"dtype\":\"U8\",\"shape\":[2196],\"data_offsets\":[");
    assertThat(header).contains("second-moment=linear4-rank1");
    assertThat(bytes.remaining() - length).isEqualTo(Math.toIntExact(optimizer.stateBytes()));
  }

  @Test
  void tornAndForeignFilesAreRefused() throws IOException {
    Optimizer saved = optimizer(config(Algorithm.STABLE_SPAM_4BIT), new float[N], new short[10]);
    step(saved, 1);
    step(saved, 2);
    Path file = folder.resolve("state");
    OptimizerFile.save(saved, file);
    byte[] whole = Files.readAllBytes(file);
    Optimizer other = optimizer(config(Algorithm.STABLE_SPAM_4BIT), new float[N], new short[10]);
    step(other, 3);
    float[] before = other.firstMoment(0);
    int cases = 0;
    for (int length = 0; length < whole.length; length += 97, cases++) {
      Path torn = Files.write(folder.resolve("torn"), Arrays.copyOf(whole, length));
      assertThatThrownBy(() -> OptimizerFile.resume(other, torn)).as("first %s bytes", length).isInstanceOf(IOException.class).hasMessageStartingWith(torn.toString());
    }
    for (int at = 8; at < whole.length; at += at < 3000 ? 1 : 61, cases++) {
      byte[] changed = whole.clone();
      changed[at] ^= 1;
      Path damaged = Files.write(folder.resolve("damaged"), changed);
      assertThatThrownBy(() -> OptimizerFile.resume(other, damaged)).as("byte %s", at).isInstanceOf(IOException.class);
    }
    assertThat(cases).isGreaterThan(3000);
    Floats.assertSame(other.firstMoment(0), before, "first moment");
    assertThat(other.steps()).isEqualTo(1);
  }

  @Test
  void anotherOptimizersFileIsRefusedBySetting() throws IOException {
    Path file = folder.resolve("state");
    OptimizerFile.save(optimizer(config(Algorithm.STABLE_SPAM), new float[N], new short[10]), file);
    Optimizer other = optimizer(config(Algorithm.STABLE_SPAM).with("gamma1", ".85"), new float[N], new short[10]);
    assertThatThrownBy(() -> OptimizerFile.resume(other, file)).hasMessage(file + ": group0 was saved with gamma1=0.7: expected gamma1=0.85");
    Optimizer corrected = optimizer(config(Algorithm.STABLE_SPAM).withMode(Mode.REFERENCE), new float[N], new short[10]);
    assertThatThrownBy(() -> OptimizerFile.resume(corrected, file)).hasMessageEndingWith("group0 was saved with mode=corrected: expected mode=reference");
    Optimizer larger = new Optimizer(config(Algorithm.STABLE_SPAM), new Parameter("bias", FloatStorage.float32(new float[11]), 11));
    assertThatThrownBy(() -> OptimizerFile.resume(larger, file)).hasMessageContaining("tensor \"bias.first\" is F32[10]: expected F32[11]");
  }

  @Test
  void whoMayReadAnyNewFileMayReadTheState() throws IOException {
    Path file = folder.resolve("state");
    OptimizerFile.save(optimizer(config(Algorithm.ADAM), new float[N], new short[10]), file);
    assumeTrue(Files.getFileStore(folder).supportsFileAttributeView("posix"));
    assertThat(Files.getPosixFilePermissions(file)).isEqualTo(Files.getPosixFilePermissions(Files.createFile(folder.resolve("plain"))));
  }

  @Test
  void aFailedSaveLeavesTheOldFile() throws IOException {
    Path file = Files.createDirectory(folder.resolve("state"));
    Files.writeString(file.resolve("occupied"), "x"); // a folder in the way cannot be replaced
    Optimizer optimizer = optimizer(config(Algorithm.ADAM), new float[N], new short[10]);
    assertThatThrownBy(() -> OptimizerFile.save(optimizer, file)).isInstanceOf(IOException.class);
    assertThat(folder).isDirectoryNotContaining(path -> path.getFileName().toString().endsWith(".part"));
    assertThat(file.resolve("occupied")).hasContent("x");
  }
}
