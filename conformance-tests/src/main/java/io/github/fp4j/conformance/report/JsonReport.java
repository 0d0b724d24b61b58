package io.github.fp4j.conformance.report;

import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A run as JSON: the components of {@link RunReport} under their own names, and its verdict. */
final class JsonReport {
  private static final JsonMapper MAPPER = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private JsonReport() {}

  static String of(RunReport report) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("schema", "fp4j-conformance-1");
    root.put("verdict", report.verdict().name());
    root.put("conformanceResult", report.isConformanceResult());
    root.setAll((ObjectNode) MAPPER.valueToTree(report));
    root.put("started", report.started().toString());
    return MAPPER.writeValueAsString(root);
  }
}
