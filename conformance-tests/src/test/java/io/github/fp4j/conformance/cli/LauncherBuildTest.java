package io.github.fp4j.conformance.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.DisabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** When the launcher builds, and that one builds at a time: the launcher in a house of its own, whose build and JVM are scripts. */
@DisabledOnOs(value = OS.WINDOWS, disabledReason = "the launcher is a shell script")
class LauncherBuildTest {
  /** What the launcher and the scripts call, but flock. */
  private static final List<String> TOOLS =
      List.of("dirname", "find", "grep", "head", "mkdir", "readlink", "rm", "rmdir", "sed", "sleep", "touch", "wc");

  /** Ends when three launchers have said what they do. */
  private static final String UNTIL_THREE_SPOKE = "while [ $(grep -l fp4j: out* | wc -l) -lt 3 ]; do sleep 1; done";

  @TempDir private Path house;

  private Path tools;
  private Path target;

  @BeforeEach
  void furnish() throws IOException {
    target = house.resolve("conformance-tests/target");
    tools = Files.createDirectories(house.resolve("tools"));
    Path jdk = Files.createDirectories(house.resolve("jdk/bin")).getParent();
    Files.writeString(jdk.resolve("release"), "JAVA_VERSION=\"25.0.3\"\n");
    script(jdk.resolve("bin/java"), "[ -e '" + target + "/app/.built' ] && echo started");
    Files.createDirectories(house.resolve("formats/src/main"));
    Files.createDirectory(house.resolve("cuda-src"));
    source("formats/src/main/E2m1.java");
    source("formats/pom.xml");
    source("pom.xml");
    Files.copy(Path.of("..", "fp4j"), house.resolve("fp4j"));
    build(UNTIL_THREE_SPOKE);
    for (String tool : TOOLS) {
      script(tools.resolve(tool), "exec '" + where(tool) + "' \"$@\"");
    }
  }

  private static Path where(String tool) throws IOException {
    return Stream.of(System.getenv("PATH").split(":"))
        .map(folder -> Path.of(folder, tool))
        .filter(Files::isExecutable)
        .findFirst()
        .orElseThrow(() -> new IOException("no " + tool + " here"));
  }

  private void source(String name) throws IOException {
    Files.writeString(house.resolve(name), "");
  }

  private static void script(Path file, String body) throws IOException {
    Files.writeString(file, "#!/bin/sh\n" + body + "\n");
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  /** A build that fails where another is at work, and is counted where it succeeds. */
  private void build(String work) throws IOException {
    script(house.resolve("mvnw"), "mkdir busy || exit 1\n" + work + "\nmkdir -p '" + target + "/app' && touch '" + target + "/app/.built' && echo built >>built\nrmdir busy");
  }

  private record Outcome(int status, String text) {}

  /** Several launchers at once. */
  private List<Outcome> launch(int count, boolean flock) throws IOException, InterruptedException {
    List<Process> launched = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      Path out = house.resolve("out" + i);
      ProcessBuilder builder = new ProcessBuilder(house.resolve("fp4j").toString(), "doctor").redirectErrorStream(true).redirectOutput(out.toFile());
      builder.environment().put("FP4J_JAVA_HOME", house.resolve("jdk").toString());
      builder.environment().put("PATH", flock ? tools + ":" + System.getenv("PATH") : tools.toString());
      launched.add(builder.start());
    }
    List<Outcome> outcomes = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      outcomes.add(new Outcome(launched.get(i).waitFor(), Files.readString(house.resolve("out" + i))));
    }
    return outcomes;
  }

  private int builds() throws IOException {
    return Files.readAllLines(house.resolve("built")).size();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void threeAtOnceBuildOnceAndAllStart(boolean flock) throws Exception {
    List<Outcome> outcomes = launch(3, flock);
    assertThat(outcomes).allMatch(outcome -> outcome.status() == 0 && outcome.text().endsWith("started\n"), outcomes.toString());
    assertThat(builds()).isEqualTo(1);
    assertThat(outcomes.stream().filter(outcome -> outcome.text().contains("fp4j: building"))).hasSize(1);
    assertThat(outcomes.stream().filter(outcome -> outcome.text().split("waiting for another", -1).length == 2)).as("one line from each that waits").hasSize(2);
    assertThat(launch(1, flock)).as("with nothing to build").containsExactly(new Outcome(0, "started\n"));
    assertThat(target.resolve("building")).doesNotExist();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void aBuildThatFailsLeavesNoLock(boolean flock) throws Exception {
    build("rmdir busy; exit 1");
    assertThat(launch(2, flock)).allMatch(outcome -> outcome.status() == 2 && outcome.text().contains("fp4j: the build failed"));
    build(":");
    assertThat(launch(1, flock)).containsExactly(new Outcome(0, "fp4j: building (once; later runs start at once)\nstarted\n"));
  }

  @Test
  void theLockOfABuilderThatIsGoneIsTaken() throws Exception {
    Process gone = new ProcessBuilder("true").start();
    gone.waitFor();
    Files.createFile(Files.createDirectories(target.resolve("building")).resolve(Long.toString(gone.pid())));
    List<Outcome> outcomes = launch(3, false);
    assertThat(outcomes).allMatch(outcome -> outcome.status() == 0 && outcome.text().endsWith("started\n"), outcomes.toString());
    assertThat(builds()).isEqualTo(1);
  }

  @Test
  void aSourceChangedDuringTheBuildIsBuiltNextTime() throws Exception {
    build("sleep 1; touch pom.xml");
    launch(1, true);
    build(":");
    assertThat(launch(1, true)).allMatch(outcome -> outcome.text().contains("fp4j: building"));
    assertThat(launch(1, true)).containsExactly(new Outcome(0, "started\n"));
    assertThat(builds()).isEqualTo(2);
  }
}
