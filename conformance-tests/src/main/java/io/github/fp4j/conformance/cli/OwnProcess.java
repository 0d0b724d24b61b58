package io.github.fp4j.conformance.cli;

import java.io.File;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;

/** This program in another process, for implementations that might take the JVM down with them. */
final class OwnProcess {
  private static final boolean WINDOWS = File.separatorChar == '\\';

  /** A JVM that dies leaves neither a core nor a log behind: its words on standard output say where it was. */
  private static final String NO_CORE = WINDOWS ? "" : "ulimit -c 0; exec ";

  private static final String NO_LOG = "-XX:ErrorFile=" + (WINDOWS ? "NUL" : "/dev/null");

  private OwnProcess() {}

  /** A line for the shell that runs {@code fp4j} with these arguments on the JVM and the modules of this process. */
  static String command(String... arguments) {
    List<String> words = new ArrayList<>(List.of(Path.of(System.getProperty("java.home"), "bin", "java").toString()));
    words.add(NO_LOG);
    String modules = System.getProperty("jdk.module.path");
    String classes = System.getProperty("java.class.path", "");
    String home = System.getProperty("fp4j.home");
    if (home != null) {
      words.add("-Dfp4j.home=" + home);
    }
    if (!classes.isEmpty()) {
      words.addAll(List.of("--class-path", classes));
    }
    if (modules != null) {
      words.addAll(List.of("--enable-native-access=io.github.fp4j.bridge,io.github.fp4j.conformance", "--module-path", modules));
      words.addAll(List.of("--module", "io.github.fp4j.conformance/" + Main.class.getName()));
    } else {
      words.addAll(List.of("--enable-native-access=ALL-UNNAMED", "--add-modules=jdk.incubator.vector", Main.class.getName()));
    }
    words.addAll(List.of(arguments));
    return NO_CORE + words.stream().map(OwnProcess::quoted).collect(Collectors.joining(" "));
  }

  /** A word as it must be typed: in quotes only where the shell would take it for something else. */
  static String shown(String word) {
    return word.matches("[\\w@%+=:,./-]+") ? word : quoted(word);
  }

  private static String quoted(String word) {
    return WINDOWS ? '"' + word + '"' : "'" + word.replace("'", "'\\''") + "'";
  }
}
