package io.github.fp4j.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.Backends;
import io.github.fp4j.conformance.tensorfile.Npy;
import io.github.fp4j.conformance.tensorfile.Tensor;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class OptimCommandTest {
  @TempDir private Path folder;

  private record Outcome(int status, String out, String err) {}

  private static Outcome optim(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = Main.commandLine().setOut(new PrintWriter(out, true)).setErr(new PrintWriter(err, true));
    String[] all = new String[arguments.length + 1];
    all[0] = "optim";
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return new Outcome(line.execute(all), out.toString(), err.toString());
  }

  private Path goldenParams() throws IOException {
    float[] p = new float[8];
    for (int i = 0; i < 8; i++) {
      p[i] = (float) (.1 * i - .3);
    }
    Path file = folder.resolve("p.npy");
    Npy.write(file, Tensor.ofFloats("", p, 8));
    return file;
  }

  private Path goldenGrads() throws IOException {
    float[] g = new float[64];
    for (int t = 1; t <= 8; t++) {
      for (int i = 0; i < 8; i++) {
        g[8 * (t - 1) + i] = (float) (Math.sin(.7 * i + 1.3 * t) * (1 + .1 * t) + (t == 4 && i == 3 ? 25 : 0));
      }
    }
    Path file = folder.resolve("g.npy");
    Npy.write(file, Tensor.ofFloats("", g, 8, 8));
    return file;
  }

  @Test
  void theGoldenRunOfStableSpam() throws IOException { // stable-spam.md, section 5
    Path out = folder.resolve("out");
    Outcome outcome =
        optim(
            "--algorithm", "stable-spam", "--mode", "reference", "--set", "lr=1e-2", "--set", "gamma1=.7", "--set", "gamma2=.9", "--set", "gamma3=.999",
            "--set", "schedule-length=12", "--set", "reset-interval=5", "--set", "weight-decay=.1",
            "--params", goldenParams().toString(), "--grads", goldenGrads().toString(), "--out", out.toString());
    assertThat(outcome.err()).isEmpty();
    assertThat(outcome.status()).isZero();
    try (Arena arena = Arena.ofConfined()) {
      Tensor params = Npy.map(out.resolve("params.npy"), arena);
      assertThat(params.shape()).containsExactly(8, 8);
      assertThat(params.toFloats()[0]).isCloseTo(-.309700012f, within(3e-7f));
      assertThat(params.toFloats()[7 * 8 + 3]).isCloseTo(.0393055826f, within(4e-8f));
    }
    List<String> lines = Files.readAllLines(out.resolve("stats.jsonl"));
    assertThat(lines).hasSize(8);
    JsonNode fifth = JsonMapper.shared().readTree(lines.get(4));
    assertThat(fifth.get("mode").asString()).isEqualTo("reference");
    assertThat(fifth.get("reset").asBoolean()).isTrue();
    assertThat(fifth.get("k").asInt()).isEqualTo(1);
    assertThat(fifth.get("mmax").asDouble()).isCloseTo(0.031239766627550125, within(3e-8));
    assertThat(Files.list(out).map(file -> file.getFileName().toString())).containsExactlyInAnyOrder("params.npy", "stats.jsonl");
    if (Files.getFileStore(out).supportsFileAttributeView("posix")) { // whoever may read one may read the other
      assertThat(Files.getPosixFilePermissions(out.resolve("stats.jsonl"))).isEqualTo(Files.getPosixFilePermissions(Files.createFile(out.resolve("plain"))));
    }
  }

  @Test
  void everyBackendGivesTheSameBits() throws IOException {
    List<byte[]> results = new ArrayList<>();
    for (Backend backend : Backends.available()) {
      if (backend.optimizers().isPresent()) {
        Path out = folder.resolve(backend.name());
        Outcome outcome =
            optim(
                "--algorithm", "stable-spam-4bit", "--backend", backend.name(), "--params", goldenParams().toString(), "--grads", goldenGrads().toString(),
                "--out", out.toString());
        assertThat(outcome.status()).as(outcome.err()).isZero();
        results.add(Files.readAllBytes(out.resolve("params.npy")));
      }
    }
    assertThat(results).hasSizeGreaterThan(1).allMatch(result -> Arrays.equals(result, results.getFirst()));
  }

  @Test
  void badInputsGetOneLineAndLeaveNothing() throws IOException {
    Path p = goldenParams();
    Path g = goldenGrads();
    Path out = folder.resolve("nothing");
    String[][] cases = {
      {"--algorithm is missing"},
      {"algorithm \"adamx\": expected one of stable-spam", "--algorithm", "adamx"},
      {"lr = \"fast\": expected a number", "--algorithm", "adam", "--set", "lr=fast"},
      {"setting \"gamma9\" of adam: expected one of lr", "--algorithm", "adam", "--set", "gamma9=1"},
      {"--set lr: expected KEY=VALUE", "--algorithm", "adam", "--set", "lr"},
      {"--set lr=2: lr is set twice", "--algorithm", "adam", "--set", "lr=1", "--set", "lr=2"},
      {"--params, --grads and --out belong together", "--algorithm", "adam", "--params", p.toString()},
      {"no such file", "--algorithm", "adam", "--params", "missing.npy", "--grads", g.toString(), "--out", out.toString()},
      {"expected (steps, 64)", "--algorithm", "adam", "--params", g.toString(), "--grads", p.toString(), "--out", out.toString()},
      {
        "unknown backend \"gpu\"", "--algorithm", "adam", "--backend", "gpu", "--params", p.toString(), "--grads", g.toString(), "--out", out.toString()
      },
      {"--demo has its own problems", "--demo", "--algorithm", "adam"}
    };
    for (String[] one : cases) {
      String[] arguments = Arrays.copyOfRange(one, 1, one.length);
      Outcome outcome = optim(arguments);
      assertThat(outcome.status()).as(one[0]).isEqualTo(ExitCode.USAGE);
      assertThat(outcome.err().lines()).as(one[0]).hasSize(1).allMatch(line -> line.startsWith("fp4j optim: ") && line.contains(one[0]));
      assertThat(out).doesNotExist();
    }
  }

  @Test
  void aNonFiniteGradientUnderFailLeavesNoResult() throws IOException {
    Path g = folder.resolve("bad.npy");
    float[] values = new float[16];
    values[9] = Float.NaN;
    Npy.write(g, Tensor.ofFloats("", values, 2, 8));
    Path out = folder.resolve("out");
    Outcome outcome =
        optim("--algorithm", "adamw", "--set", "non-finite=fail", "--params", goldenParams().toString(), "--grads", g.toString(), "--out", out.toString());
    assertThat(outcome.status()).isEqualTo(ExitCode.USAGE);
    assertThat(outcome.err()).contains("bad.npy: row 1: 1 elements are NaN or infinite");
    assertThat(Files.list(out)).isEmpty();
  }

  @Test
  void settingsArePrinted() {
    Outcome outcome = optim("--algorithm", "spam", "--set", "density=.5");
    assertThat(outcome.status()).isZero();
    assertThat(outcome.out().lines()).contains("lr=0.001", "density=0.5", "grace=20");
  }

  @Test
  void theDemoWritesItsPage() throws IOException {
    Path out = folder.resolve("demo");
    Outcome outcome = optim("--demo", "--seed", "3", "--out", out.toString());
    assertThat(outcome.status()).isZero();
    assertThat(outcome.out()).contains("rosenbrock  stable-spam");
    assertThat(Files.readString(out.resolve("index.html"))).contains("<svg").contains("--seed 3");
  }
}
