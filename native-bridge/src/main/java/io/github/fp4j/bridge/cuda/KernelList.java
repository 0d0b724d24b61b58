package io.github.fp4j.bridge.cuda;

import io.github.fp4j.bridge.cuda.KernelEntry.Parameter;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The kernels of cuda-src, from the sources that this module's jar carries: {@code kernel_list.h} and what each file includes. */
final class KernelList {
  private static final String SOURCES = "/io/github/fp4j/bridge/cuda/source/";
  private static final Pattern ROW = Pattern.compile("^FP4J_KERNEL\\((\\w+), (\\w+), (\\w+), (\\d+), (\\w+), (\\d+),\\s*\\(([^)]*)\\)\\)", Pattern.MULTILINE);
  private static final Pattern INCLUDE = Pattern.compile("^\\s*#include \"([^\"]+)\"", Pattern.MULTILINE);

  private final Map<String, KernelEntry> entries = new LinkedHashMap<>();

  /** @throws IllegalStateException if the jar was built without the sources */
  KernelList() {
    String text = read("kernel_list.h").orElseThrow(() -> new IllegalStateException("the jar holds no kernel sources: expected " + SOURCES + "kernel_list.h"));
    Matcher row = ROW.matcher(text);
    while (row.find()) {
      List<Parameter> parameters = Arrays.stream(row.group(7).split(",")).map(KernelList::parameter).toList();
      entries.put(
          row.group(2),
          new KernelEntry(row.group(1), row.group(2), row.group(3), Integer.parseInt(row.group(4)), row.group(5), Integer.parseInt(row.group(6)), parameters));
    }
  }

  private static Parameter parameter(String declaration) {
    String text = declaration.strip().replaceAll("\\s+", " ").replaceFirst("^const ", "");
    int space = text.lastIndexOf(' ');
    return new Parameter(text.substring(0, space), text.substring(space + 1));
  }

  /** Every kernel, by name, in the order of the list. */
  Map<String, KernelEntry> entries() {
    return entries;
  }

  KernelEntry entry(String name) {
    KernelEntry entry = entries.get(name);
    if (entry == null) {
      throw new IllegalArgumentException("kernel \"" + name + "\": expected one of " + String.join(", ", entries.keySet()));
    }
    return entry;
  }

  /** A file with everything that it includes, for NVRTC. */
  CudaSource source(String file) {
    String name = file + ".cu";
    String text = read("kernels/" + name).orElseThrow(() -> new IllegalArgumentException("the jar holds no " + SOURCES + "kernels/" + name));
    Map<String, String> headers = new TreeMap<>();
    collect(text, headers);
    return new CudaSource(name, text, headers);
  }

  /** The texts that an image of the file is made of, by their places below cuda-src. */
  Map<String, String> sources(String file) {
    CudaSource source = source(file);
    Map<String, String> sources = new TreeMap<>(Map.of("kernels/" + source.name(), source.text()));
    source.headers().forEach((name, text) -> sources.put(read(place(name)).isPresent() ? place(name) : name, text));
    return sources;
  }

  private static String place(String header) {
    return header.startsWith("fp4j/") ? "include/" + header : "kernels/" + header;
  }

  private static void collect(String text, Map<String, String> headers) {
    Matcher include = INCLUDE.matcher(text);
    while (include.find()) {
      String name = include.group(1);
      // beside the file or at the top; what only a CPU build includes is not in the jar
      Optional<String> header = headers.containsKey(name) ? Optional.empty() : read(place(name)).or(() -> read(name));
      header.ifPresent(found -> {
        headers.put(name, found);
        collect(found, headers);
      });
    }
  }

  private static Optional<String> read(String place) {
    try (@Nullable InputStream in = KernelList.class.getResourceAsStream(SOURCES + place)) {
      return in == null ? Optional.empty() : Optional.of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
