package io.github.fp4j.conformance.report;

import io.github.fp4j.conformance.mutants.Selftest.Outcome;
import java.util.List;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** What became of the mutants, as JSON. */
public final class SelftestReport {
  private static final JsonMapper MAPPER = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private SelftestReport() {}

  /** The table. */
  public static String json(List<Outcome> outcomes) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("schema", "fp4j-selftest-1");
    root.set("mutants", MAPPER.valueToTree(outcomes));
    return MAPPER.writeValueAsString(root) + "\n";
  }
}
