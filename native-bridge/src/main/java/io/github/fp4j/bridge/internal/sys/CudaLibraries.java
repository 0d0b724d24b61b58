package io.github.fp4j.bridge.internal.sys;

import java.io.File;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where CUDA's libraries are looked for. */
public final class CudaLibraries {
  /** The driver, which comes with the GPU's kernel module and not with CUDA. */
  public static final String DRIVER = "libcuda.so.1";

  public static final String NVRTC = "libnvrtc.so.13";
  public static final String CUBLASLT = "libcublasLt.so.13";

  private static final String PROPERTY = "fp4j.cuda.path";
  private static final String VARIABLE = "FP4J_CUDA_PATH";

  private CudaLibraries() {}

  /**
   * Searches a library in this order: the folder {@code -Dfp4j.cuda.path}, the folder {@code FP4J_CUDA_PATH}, the loader's path, CUDA's usual folders,
   * {@code nvidia/*}{@code /lib} of Python's packages (pip's {@code nvidia-cublas} and the like), and where {@code conformance-tests/peers/fetch} puts those.
   */
  public static LibrarySearch search(String fileName) {
    Map<String, String> environment = System.getenv();
    LibrarySearch search = new LibrarySearch(fileName);
    chosen(search, "-D" + PROPERTY, System.getProperty(PROPERTY));
    chosen(search, VARIABLE, environment.get(VARIABLE));
    return search
        .loader()
        .folders("CUDA's folders", usualFolders(environment))
        .folders("Python's packages", nvidiaPackages(pythonPackages(environment)))
        .folders("the fetched peers", nvidiaPackages(fetchedPeers()));
  }

  private static void chosen(LibrarySearch search, String name, @Nullable String folder) {
    if (folder == null) {
      search.notSet(name);
    } else {
      search.folders(name, below(folder));
    }
  }

  private static List<String> usualFolders(Map<String, String> environment) {
    Set<String> folders = new LinkedHashSet<>();
    for (String variable : List.of("CUDA_HOME", "CUDA_PATH")) {
      if (environment.get(variable) != null) {
        folders.addAll(below(environment.get(variable)));
      }
    }
    folders.addAll(below("/usr/local/cuda"));
    folders.add("/usr/lib/wsl/lib");
    return List.copyOf(folders);
  }

  private static List<String> below(String folder) {
    return List.of(folder, folder + File.separator + "lib64", folder + File.separator + "lib");
  }

  /** Folders that hold Python packages: of the active environment, the user and the system, as far as they follow Python's usual layout. */
  static List<Path> pythonPackages(Map<String, String> environment) {
    Set<Path> folders = new LinkedHashSet<>();
    for (String entry : environment.getOrDefault("PYTHONPATH", "").split(File.pathSeparator)) {
      if (!entry.isEmpty()) {
        folders.add(Path.of(entry));
      }
    }
    List<@Nullable String> prefixes = new ArrayList<>();
    prefixes.add(environment.get("VIRTUAL_ENV"));
    prefixes.add(environment.get("CONDA_PREFIX"));
    prefixes.add(System.getProperty("user.home", "") + "/.local");
    prefixes.add("/usr/local");
    prefixes.add("/usr");
    for (String prefix : prefixes) {
      if (prefix != null) {
        for (Path python : matching(Path.of(prefix, "lib"), "python3*")) {
          folders.add(python.resolve("site-packages"));
          folders.add(python.resolve("dist-packages"));
        }
      }
    }
    return folders.stream().filter(Files::isDirectory).toList();
  }

  private static List<Path> fetchedPeers() {
    String home = System.getProperty("fp4j.home");
    return home == null ? List.of() : List.of(Path.of(home, "conformance-tests", "target", "peers"));
  }

  /** {@code nvidia/*}{@code /lib} of each folder, where they are. */
  static List<String> nvidiaPackages(List<Path> folders) {
    return folders.stream()
        .flatMap(folder -> matching(folder.resolve("nvidia"), "*").stream())
        .map(part -> part.resolve("lib"))
        .filter(Files::isDirectory)
        .map(Path::toString)
        .toList();
  }

  private static List<Path> matching(Path folder, String glob) {
    List<Path> found = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder, glob)) {
      entries.forEach(found::add);
    } catch (IOException e) {
      return List.of(); // not there, or not for us
    }
    found.sort(null);
    return found;
  }
}
