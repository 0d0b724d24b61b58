package io.github.fp4j.conformance.subject;

import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A shared library of somebody else's, looked for at fixed places. */
sealed interface PeerLibrary {

  /** It is here; it stays loaded until the process ends. */
  record Found(Path file, SymbolLookup symbols) implements PeerLibrary {}

  /** It is not, or cannot be loaded. */
  record Missing(String reason) implements PeerLibrary {}

  /** Folder of the repository, where {@code conformance-tests/peers/fetch} puts libraries; set by the launcher. */
  String HOME_PROPERTY = "fp4j.home";

  /**
   * Looks for a library at the file that a system property names, at the one that an environment variable names, and at its place under
   * {@code conformance-tests/target/peers} of the repository. The first that is named or there is taken; if it does not load, that is the answer.
   */
  static PeerLibrary find(String property, String variable, String placeInPeers, Map<String, String> environment) {
    List<String> places = new ArrayList<>();
    String byProperty = System.getProperty(property);
    if (byProperty != null) {
      return load(Path.of(byProperty), "-D" + property);
    }
    places.add("-D" + property + " (not set)");
    String byVariable = environment.get(variable);
    if (byVariable != null) {
      return load(Path.of(byVariable), variable);
    }
    places.add(variable + " (not set)");
    String home = System.getProperty(HOME_PROPERTY);
    if (home == null) {
      places.add("-D" + HOME_PROPERTY + " (not set)");
    } else {
      Path file = Path.of(home, "conformance-tests", "target", "peers", placeInPeers);
      if (Files.isRegularFile(file)) {
        return load(file, "the fetched peers");
      }
      places.add(file.toString());
    }
    String name = Path.of(placeInPeers).getFileName().toString();
    return new Missing(name + " not found (looked in: " + String.join(", ", places) + "); conformance-tests/peers/fetch gets it");
  }

  @SuppressWarnings("restricted")
  private static PeerLibrary load(Path file, String namedBy) {
    if (!Files.isRegularFile(file)) {
      return new Missing(file + ", named by " + namedBy + ": no such file");
    }
    try {
      return new Found(file, SymbolLookup.libraryLookup(file.toAbsolutePath(), Arena.global()));
    } catch (IllegalArgumentException e) {
      return new Missing(file + ", from " + namedBy + ", cannot be loaded: " + e.getMessage());
    }
  }
}
