package io.github.fp4j.conformance.fingerprint;

import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.GemmOperand;
import java.util.HexFormat;
import java.util.Map;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * A fingerprint as JSON, to be shared: each vector with all its bytes, so that anybody can ask another device the same. Codes, scales and float32 bits are
 * hexadecimal; codes are as {@link GemmOperand} has them: of four bits two to
 * a byte, the low nibble first, wider ones little-endian.
 */
public final class FingerprintCard {
  private static final JsonMapper MAPPER = JsonMapper.builder().enable(SerializationFeature.INDENT_OUTPUT).build();

  private FingerprintCard() {}

  /**
   * The card.
   *
   * @param device who was asked
   * @param environment machine and versions, as names and values
   * @param summation in which order it sums over K, or why that is not known
   */
  public static String json(String device, Map<String, String> environment, Fingerprint fingerprint, String summation) {
    ObjectNode root = MAPPER.createObjectNode();
    root.put("schema", "fp4j-fingerprint-1");
    root.put("device", device);
    root.put("format", fingerprint.format().name());
    root.put("seed", fingerprint.seed());
    root.put("verdict", fingerprint.verdict());
    root.put("summationTree", summation);
    root.set("environment", MAPPER.valueToTree(environment));
    ArrayNode remaining = root.putArray("remaining");
    for (AccumulationModel model : fingerprint.remaining()) {
      remaining.addObject().put("id", model.id()).put("version", model.version()).put("source", model.source());
    }
    ArrayNode vectors = root.putArray("vectors");
    fingerprint.steps().forEach(step -> add(vectors.addObject(), step));
    return MAPPER.writeValueAsString(root) + "\n";
  }

  private static void add(ObjectNode node, Fingerprint.Step step) {
    GemmVector vector = step.vector();
    node.put("id", vector.id());
    node.put("description", vector.description());
    add(node, "a", vector.a());
    add(node, "b", vector.b());
    node.put("c", hex(Float.floatToRawIntBits(vector.c())));
    node.put("answer", hex(step.answer()));
    ArrayNode excluded = node.putArray("excluded");
    step.excluded().forEach(one -> excluded.addObject().put("id", one.model().id()).put("expected", hex(one.expected())));
  }

  private static void add(ObjectNode node, String name, GemmOperand operand) {
    node.put(name + "Codes", HexFormat.of().formatHex(operand.codes()));
    node.put(name + "Scales", HexFormat.of().formatHex(operand.scales()));
  }

  private static String hex(int bits) {
    return HexFormat.of().toHexDigits(bits);
  }
}
