package io.github.fp4j.backend;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.ServiceLoader;
import java.util.stream.Collectors;

/** All backends that the class path or module path offers. */
public final class Backends {
  private static final List<Backend> ALL = load();

  private Backends() {}

  private static List<Backend> load() {
    Map<String, Backend> byName = new LinkedHashMap<>();
    byName.put(ReferenceBackend.INSTANCE.name(), ReferenceBackend.INSTANCE);
    for (BackendProvider provider : ServiceLoader.load(BackendProvider.class)) {
      for (Backend backend : provider.backends()) {
        byName.putIfAbsent(backend.name(), backend);
      }
    }
    return List.copyOf(byName.values());
  }

  /** Every backend, the reference first, the unavailable ones included. */
  public static List<Backend> all() {
    return ALL;
  }

  /** The backends that can run here. */
  public static List<Backend> available() {
    return ALL.stream().filter(backend -> backend.availability().isAvailable()).toList();
  }

  /**
   * The backend with this name, whether it can run here or not.
   *
   * @throws IllegalArgumentException if there is none; the message says which names there are
   */
  public static Backend named(String name) {
    return ALL.stream()
        .filter(backend -> backend.name().equals(name))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "unknown backend \"" + name + "\": expected one of " + ALL.stream().map(Backend::name).collect(Collectors.joining(", "))));
  }

  /**
   * The backend with this name, which must be able to run.
   *
   * @throws IllegalArgumentException if there is none, or it cannot run here; the message says which names there are, or why not
   */
  public static Backend byName(String name) {
    Backend backend = named(name);
    if (backend.availability() instanceof Availability.Unavailable(String reason)) {
      throw new IllegalArgumentException("backend " + name + " is unavailable: " + reason);
    }
    return backend;
  }
}
