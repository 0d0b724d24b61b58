package io.github.fp4j.bridge.cuda;

import io.github.fp4j.bridge.Discovery;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * {@link KernelImages} that {@code cmake --preset fatbins} has built: a folder with {@code <file>.fatbin} for every file of {@code kernel_list.h}, and
 * {@code sources.sha256}, which says of which sources they were made. Fatbins of other sources than this jar's are refused: their kernels might take other
 * parameters.
 */
public final class PrebuiltKernels implements KernelImages {
  /** What the search is called where libraries are listed. */
  public static final String NAME = "kernels (fatbins)";

  private static final String PROPERTY = "fp4j.fatbins";
  private static final String VARIABLE = "FP4J_FATBINS";
  private static final String MANIFEST = "sources.sha256";
  private static final String HOW = "cmake --preset fatbins && cmake --build --preset fatbins in cuda-src";

  private final Path folder;
  private final int files;

  private PrebuiltKernels(Path folder, int files) {
    this.folder = folder;
    this.files = files;
  }

  /**
   * Searches the folder {@code -Dfp4j.fatbins} or else {@code FP4J_FATBINS}, which is then the only place, or else where CMake puts them below the project's
   * folder. Never throws.
   */
  public static Discovery<PrebuiltKernels> find() {
    try {
      return find(new KernelList());
    } catch (IllegalStateException e) {
      return missing(NAME + " not found: " + e.getMessage(), List.of());
    }
  }

  static Discovery<PrebuiltKernels> find(KernelList list) {
    List<String> tried = new ArrayList<>();
    String property = System.getProperty(PROPERTY);
    if (property != null) {
      return in(Path.of(property), "-D" + PROPERTY, list, tried);
    }
    tried.add("-D" + PROPERTY + ": not set");
    String variable = System.getenv(VARIABLE);
    if (variable != null) {
      return in(Path.of(variable), VARIABLE, list, tried);
    }
    tried.add(VARIABLE + ": not set");
    String home = System.getProperty("fp4j.home");
    if (home == null) {
      return missing(NAME + " not found (" + HOW + " makes them; -D" + PROPERTY + " names their folder)", tried);
    }
    return in(Path.of(home, "cuda-src", "target", "fatbins", "kernels"), "CMake's folder", list, tried);
  }

  private static Discovery<PrebuiltKernels> in(Path folder, String place, KernelList list, List<String> tried) {
    try {
      TreeSet<String> files = new TreeSet<>();
      list.entries().values().forEach(entry -> files.add(entry.file()));
      Optional<String> fault = fault(folder, files, list);
      tried.add(place + " (" + folder + "): " + fault.orElse("found " + files.size() + " files"));
      return fault.isPresent()
          ? missing(NAME + " not found: " + folder + ": " + fault.get(), tried)
          : new Discovery.Found<>(new PrebuiltKernels(folder, files.size()), folder.toString(), List.copyOf(tried));
    } catch (IOException e) {
      tried.add(place + " (" + folder + "): cannot be read: " + e);
      return missing(NAME + " not found: " + folder + " cannot be read: " + e, tried);
    }
  }

  private static Discovery<PrebuiltKernels> missing(String reason, List<String> tried) {
    return new Discovery.Unavailable<>(reason, List.copyOf(tried));
  }

  /** What is wrong with the folder. */
  private static Optional<String> fault(Path folder, TreeSet<String> files, KernelList list) throws IOException {
    if (!Files.isRegularFile(folder.resolve(MANIFEST))) {
      return Optional.of("holds no " + MANIFEST + " (" + HOW + " makes it)");
    }
    Map<String, String> made = manifest(folder);
    for (String file : files) {
      if (!Files.isRegularFile(folder.resolve(file + ".fatbin"))) {
        return Optional.of("holds no " + file + ".fatbin");
      }
      for (Map.Entry<String, String> source : list.sources(file).entrySet()) {
        if (!sha256(source.getValue()).equals(made.get(source.getKey()))) {
          return Optional.of(source.getKey() + " is another than they were built of (build them again: " + HOW + ")");
        }
      }
    }
    return Optional.empty();
  }

  /** Lines of a digest, two spaces, and the source's place. */
  private static Map<String, String> manifest(Path folder) throws IOException {
    Map<String, String> made = new HashMap<>();
    for (String line : Files.readAllLines(folder.resolve(MANIFEST))) {
      int gap = line.indexOf("  ");
      if (gap > 0) {
        made.put(line.substring(gap + 2), line.substring(0, gap));
      }
    }
    return made;
  }

  private static String sha256(String text) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException(e); // every JDK has it
    }
  }

  /** How many files. */
  public int files() {
    return files;
  }

  @Override
  public byte[] image(String file, ComputeCapability device) {
    Path fatbin = folder.resolve(file + ".fatbin");
    try {
      return Files.readAllBytes(fatbin);
    } catch (IOException e) {
      throw new UncheckedIOException(fatbin + " was there and cannot be read", e);
    }
  }

  @Override
  public String description() {
    return "prebuilt in " + folder;
  }
}
