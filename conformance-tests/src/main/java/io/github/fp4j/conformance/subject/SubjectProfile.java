package io.github.fp4j.conformance.subject;

import io.github.fp4j.conformance.vectors.VectorSuites;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalDate;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.dataformat.yaml.YAMLMapper;

/**
 * What a subject claims, and which of its failures are known: a YAML file.
 *
 * <pre>
 * name: my-chip
 * conversions: [e2m1/nearest-even/saturate]   # format, rounding, overflow and NaN policy by conversion id
 * quantizers: [te-2.15]                       # profiles
 * products: [nvfp4, mxfp4]                    # operand formats
 * accumulator: nvfp4-gst-f35                  # a model's id, or unknown
 * k-order: true                               # float32 D: the order of summation can be asked for
 * epilogue: true
 * layouts: true
 * seed: 7                                     # of what is random in the vectors; 1 if it is left out
 * waivers:
 *   - {id: W1, suite: layouts, reason: no 8x4, link: "https://example.org/1", expires: 2027-01-31}
 * </pre>
 *
 * @param name for reports
 * @param suites the vector suites that follow from the claims
 * @param seed of their vectors
 * @param waivers known failures
 */
public record SubjectProfile(String name, List<String> suites, long seed, List<Waiver> waivers) {
  private static final Set<String> KEYS = Set.of("name", "conversions", "quantizers", "products", "accumulator", "k-order", "epilogue", "layouts", "seed", "waivers");
  private static final Set<String> WAIVER_KEYS = Set.of("id", "suite", "reason", "link", "expires");

  public SubjectProfile {
    suites = List.copyOf(suites);
    waivers = List.copyOf(waivers);
  }

  /** One that claims everything under this name. */
  public static SubjectProfile all(String name) {
    return new SubjectProfile(name, VectorSuites.names().stream().filter(suite -> suite.indexOf('/') < 0).toList(), 1, List.of());
  }

  /**
   * Reads a file.
   *
   * @param today waivers that expired before are refused
   * @throws IllegalArgumentException naming the key that is unknown, missing or wrong
   */
  public static SubjectProfile read(Path file, LocalDate today) throws IOException {
    JsonNode root;
    try {
      root = new YAMLMapper().readTree(Files.readString(file));
    } catch (JacksonException e) {
      throw new IllegalArgumentException(file + ": no YAML: " + e.getOriginalMessage(), e);
    }
    try {
      requireKeys(root, KEYS);
      List<String> suites = suites(root);
      SubjectProfile profile = new SubjectProfile(text(root, "name"), suites, seed(root), waivers(root, suites, today));
      profile.suites.forEach(suite -> VectorSuites.byName(suite, profile.seed));
      return profile;
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException(file + ": " + e.getMessage(), e);
    }
  }

  private static List<String> suites(JsonNode root) {
    List<String> suites = new ArrayList<>();
    root.path("conversions").forEach(id -> suites.add("conversions/" + id.asString("")));
    root.path("quantizers").forEach(id -> suites.add("blocks/" + id.asString("")));
    root.path("products").forEach(format -> suites.add("gemm-certified/" + format.asString("")));
    if (root.has("accumulator")) {
      String model = text(root, "accumulator");
      suites.add(model.equals("unknown") ? "gemm-discriminators" : "gemm-discriminators/" + model);
    }
    addIf(root, "k-order", "gemm-k-order", suites);
    addIf(root, "epilogue", "gemm-epilogue", suites);
    addIf(root, "layouts", "layouts", suites);
    if (suites.isEmpty()) {
      throw new IllegalArgumentException("nothing is claimed: expected at least one of conversions, quantizers, products, accumulator, layouts");
    }
    return suites;
  }

  private static long seed(JsonNode root) {
    if (!root.has("seed")) {
      return 1;
    }
    if (!root.get("seed").canConvertToLong() || !root.get("seed").isIntegralNumber()) {
      throw new IllegalArgumentException("seed: " + root.get("seed") + ": expected an integer of 64 bits");
    }
    return root.get("seed").asLong();
  }

  private static void addIf(JsonNode root, String key, String suite, List<String> suites) {
    if (root.has(key) && !root.get(key).isBoolean()) {
      throw new IllegalArgumentException(key + ": " + root.get(key) + ": expected true or false");
    }
    if (root.path(key).asBoolean(false)) {
      suites.add(suite);
    }
  }

  private static List<Waiver> waivers(JsonNode root, List<String> suites, LocalDate today) {
    List<Waiver> waivers = new ArrayList<>();
    Set<String> ids = new HashSet<>();
    for (JsonNode node : root.path("waivers")) {
      requireKeys(node, WAIVER_KEYS);
      Waiver waiver = new Waiver(text(node, "id"), text(node, "suite"), text(node, "reason"), text(node, "link"), date(node));
      if (!ids.add(waiver.id())) {
        throw new IllegalArgumentException("waiver " + waiver.id() + " is there twice: expected one id for each");
      }
      if (!suites.contains(waiver.suite())) {
        throw new IllegalArgumentException("waiver " + waiver.id() + ": suite " + waiver.suite() + " is not claimed: expected one of " + String.join(", ", suites));
      }
      waiver.requireValid(today);
      waivers.add(waiver);
    }
    return waivers;
  }

  private static LocalDate date(JsonNode node) {
    String text = text(node, "expires");
    try {
      return LocalDate.parse(text);
    } catch (DateTimeParseException e) {
      throw new IllegalArgumentException("waiver " + text(node, "id") + ": expires: " + text + ": expected a date such as 2027-01-31", e);
    }
  }

  private static String text(JsonNode node, String key) {
    String text = node.path(key).asString("");
    if (text.isBlank()) {
      throw new IllegalArgumentException("no \"" + key + "\": expected a text");
    }
    return text;
  }

  private static void requireKeys(JsonNode node, Set<String> known) {
    if (!node.isObject()) {
      throw new IllegalArgumentException("\"" + node + "\": expected keys and values");
    }
    for (String key : node.propertyNames()) {
      if (!known.contains(key)) {
        throw new IllegalArgumentException("unknown key \"" + key + "\": expected one of " + String.join(", ", known.stream().sorted().toList()));
      }
    }
  }
}
