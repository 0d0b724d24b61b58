package io.github.fp4j.backend;

import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All backends that the class path or module path offers. */
public final class Backends {
  private static final List<Backend> ALL = load();
  private static final Logger LOG = System.getLogger("io.github.fp4j");
  private static final AtomicBoolean FALLBACK_SAID = new AtomicBoolean();

  private Backends() {}

  private static List<Backend> load() {
    return inOrder(ServiceLoader.load(BackendProvider.class).stream().map(ServiceLoader.Provider::get).toList());
  }

  /** The service loader's order is another one in every JVM: modules lie in hashed sets. */
  static List<Backend> inOrder(List<BackendProvider> providers) {
    Map<String, Backend> byName = new LinkedHashMap<>();
    byName.put(ReferenceBackend.INSTANCE.name(), ReferenceBackend.INSTANCE);
    providers.stream()
        .sorted(Comparator.comparing(provider -> provider.getClass().getName()))
        .flatMap(provider -> provider.backends().stream())
        .forEach(backend -> byName.putIfAbsent(backend.name(), backend));
    Backend reference = byName.remove(ReferenceBackend.INSTANCE.name());
    Stream<Backend> others = byName.values().stream().sorted(Comparator.comparingInt(backend -> backend.rank().orElse(Integer.MAX_VALUE)));
    return Stream.concat(Stream.of(reference), others).toList();
  }

  /**
   * Every backend, the unavailable ones included: the reference, then those with a {@linkplain Backend#rank rank} by it, then those without by their provider's name.
   */
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
   * The kernels of the first backend, by {@linkplain Backend#rank rank}, that runs here and can do what is wanted. Where the fastest kind of backend cannot run at
   * all, a line of the log says so, once, with the reason.
   *
   * <p>Vectors of the JVM stand before the C++ host library because they need no native access, not because they are always faster. Both are many times faster than
   * the scalar reference; between them, on 512 bits, vectors lead in products with many float32 rows, AdamW and Stable-SPAM, the library in block quantisation,
   * products with one row, products of FP4 with FP4 and 4-bit states. {@link #byName} has {@code host} for whoever wants those.
   *
   * @param contract which kernels, e.g. {@code Backend::blocks}
   * @param able whether they do what is wanted
   * @param what that in words, for the message
   * @throws IllegalArgumentException if none can
   */
  public static <K> K fastest(Function<Backend, Optional<K>> contract, Predicate<? super K> able, String what) {
    return fastest(ALL, contract, able, what);
  }

  /**
   * The same for a contract that few backends have; empty where none of those does what is wanted.
   *
   * @param contract which kernels, e.g. {@code Backend::segments}
   * @param able whether they do what is wanted
   */
  public static <K> Optional<K> first(Function<Backend, Optional<K>> contract, Predicate<? super K> able) {
    return ranked(ALL).stream().flatMap(backend -> contract.apply(backend).stream()).filter(able).findFirst();
  }

  private static List<Backend> ranked(List<Backend> backends) {
    return backends.stream().filter(backend -> backend.rank().isPresent()).sorted(Comparator.comparingInt(backend -> backend.rank().getAsInt())).toList();
  }

  static <K> K fastest(List<Backend> backends, Function<Backend, Optional<K>> contract, Predicate<? super K> able, String what) {
    List<Backend> ranked = ranked(backends);
    for (Backend backend : ranked) {
      Optional<K> kernels = contract.apply(backend).filter(able);
      if (kernels.isPresent()) {
        sayWhatIsMissing(ranked, backend);
        return kernels.get();
      }
    }
    throw new IllegalArgumentException("no backend here does " + what);
  }

  private static void sayWhatIsMissing(List<Backend> ranked, Backend chosen) {
    Backend best = ranked.getFirst();
    boolean kindIsMissing = ranked.stream().filter(backend -> backend.rank().equals(best.rank())).noneMatch(backend -> backend.availability().isAvailable());
    if (kindIsMissing && best.availability() instanceof Availability.Unavailable(String reason) && FALLBACK_SAID.compareAndSet(false, true)) {
      LOG.log(Level.WARNING, "{0} does the work, for {1} is unavailable: {2}", chosen.name(), best.name(), reason);
    }
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
