package io.github.fp4j.bridge.internal.sys;

import io.github.fp4j.bridge.internal.sys.LoadedLibrary.OpenFailure;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** One search for a library: places in order, each with what came of it. The first library that opens ends the search. */
public final class LibrarySearch {
  private final String fileName;
  private final List<String> tried = new ArrayList<>();
  private @Nullable LoadedLibrary found;
  private boolean ended;

  /**
   * Begins a search.
   *
   * @param fileName the library as its platform names it, e.g. {@code libcuda.so.1}
   */
  public LibrarySearch(String fileName) {
    this.fileName = fileName;
  }

  /** A path that the user has set: where it is set, it alone is tried. */
  public LibrarySearch setting(String property, String environment) {
    String fromProperty = System.getProperty(property);
    String fromEnvironment = System.getenv(environment);
    String path = fromProperty != null ? fromProperty : fromEnvironment;
    if (path == null) {
      note("-D" + property + " and " + environment, "not set");
    } else {
      open(fromProperty != null ? "-D" + property : environment, Files.exists(Path.of(path)) ? Path.of(path).toAbsolutePath().toString() : path);
      ended = true;
    }
    return this;
  }

  /** Notes that a place which the user could have named was not. */
  public void notSet(String place) {
    note(place, "not set");
  }

  /** The copy in this module's jar. */
  public LibrarySearch packaged() {
    if (!ended) {
      try {
        PackagedLibraries.extract(fileName)
            .ifPresentOrElse(file -> open("the jar", file.toString()), () -> note("the jar", "none for " + PackagedLibraries.platform()));
      } catch (IOException e) {
        note("the jar", "cannot be copied out: " + e);
      }
    }
    return this;
  }

  /** The folders of {@code java.library.path}. */
  public LibrarySearch javaLibraryPath() {
    List<String> folders = List.of(System.getProperty("java.library.path", "").split(File.pathSeparator));
    return folders("java.library.path", folders.stream().filter(folder -> !folder.isEmpty()).toList());
  }

  /** The system's loader with its own search. */
  public LibrarySearch loader() {
    open("the loader's path", fileName);
    return this;
  }

  /** Folders, each tried only where the file is there. */
  public LibrarySearch folders(String place, List<String> folders) {
    if (!ended) {
      List<String> existing = folders.stream().map(folder -> Path.of(folder, fileName)).filter(Files::exists).map(Path::toString).toList();
      if (existing.isEmpty()) {
        note(folders.isEmpty() ? place : place + " (" + String.join(", ", folders) + ")", "not there");
      }
      existing.forEach(file -> open(place, file));
    }
    return this;
  }

  private void open(String place, String file) {
    if (ended) {
      return;
    }
    try {
      found = LoadedLibrary.open(file);
      ended = true;
      note(place, "found " + file);
    } catch (OpenFailure e) {
      note(place, String.valueOf(e.getMessage()));
    }
  }

  private void note(String place, String outcome) {
    tried.add(place + ": " + outcome);
  }

  public Optional<LoadedLibrary> found() {
    return Optional.ofNullable(found);
  }

  /** The places in the order of the search, each with its outcome. */
  public List<String> tried() {
    return List.copyOf(tried);
  }

  /** Why nothing was found, in one line. */
  public String reason() {
    return fileName + " not found (" + String.join("; ", tried) + ")";
  }
}
