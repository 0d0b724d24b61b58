package io.github.fp4j.conformance.report;

import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** A run as JSON: the components of {@link RunReport} under their own names, and its verdict. */
final class JsonReport {
  private static final JsonMapper MAPPER = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES).build();
  private static final String SCHEMA = "fp4j-conformance-2";

  private JsonReport() {}

  /**
   * Reads a report that was written here.
   *
   * @throws IllegalArgumentException if it is none
   */
  static RunReport read(Path file) throws IOException {
    if (Files.isDirectory(file)) {
      throw new IllegalArgumentException(file + ": is a folder: expected a report.json, as 'fp4j conform --report' writes it into one");
    }
    try {
      JsonNode root = MAPPER.readTree(Files.readString(file));
      if (!root.path("schema").asString("").equals(SCHEMA)) {
        throw new IllegalArgumentException(file + ": expected a report.json of 'fp4j conform --report', schema " + SCHEMA);
      }
      return MAPPER.treeToValue(root, RunReport.class);
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(file + ": is not text: expected a report.json of 'fp4j conform --report'", e);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(file + ": " + e.getOriginalMessage(), e);
    }
  }

  static String of(RunReport report) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("schema", SCHEMA);
    root.put("verdict", report.verdict().name());
    root.put("conformanceResult", report.isConformanceResult());
    root.setAll((ObjectNode) MAPPER.valueToTree(report));
    root.put("started", report.started().toString());
    return MAPPER.writeValueAsString(root);
  }
}
