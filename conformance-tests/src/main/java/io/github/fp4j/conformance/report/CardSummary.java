package io.github.fp4j.conformance.report;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * What a fingerprint card says, for a report.
 *
 * @param device who was asked
 * @param format what A and B were made of
 * @param verdict what was found, in one line
 * @param summationTree in which order it sums over K, or why that is not known
 * @param remaining ids of the models that remain
 * @param vectors each vector with the answer and the models that it ruled out, in one line
 */
public record CardSummary(String device, String format, String verdict, String summationTree, List<String> remaining, List<String> vectors) {

  /**
   * Reads a card that {@code fp4j fingerprint} wrote.
   *
   * @throws IllegalArgumentException if it is none
   */
  public static CardSummary read(Path file) throws IOException {
    try {
      JsonNode root = JsonMapper.shared().readTree(Files.readString(file));
      if (!root.path("schema").asString("").equals("fp4j-fingerprint-1")) {
        throw new IllegalArgumentException(file + ": expected a card of 'fp4j fingerprint --json'");
      }
      List<String> remaining = new ArrayList<>();
      root.path("remaining").forEach(model -> remaining.add(model.path("id").asString()));
      List<String> vectors = new ArrayList<>();
      root.path("vectors").forEach(vector -> vectors.add(line(vector)));
      return new CardSummary(root.path("device").asString(""), root.path("format").asString(""), root.path("verdict").asString(""),
          root.path("summationTree").asString("not on the card"), remaining, vectors);
    } catch (JacksonException e) {
      throw new IllegalArgumentException(file + ": not JSON: " + e.getOriginalMessage(), e);
    }
  }

  private static String line(JsonNode vector) {
    List<String> excluded = new ArrayList<>();
    vector.path("excluded").forEach(model -> excluded.add(model.path("id").asString()));
    String text = vector.path("id").asString() + " (" + vector.path("description").asString() + "): 0x" + vector.path("answer").asString();
    return text + (excluded.isEmpty() ? ", rules out none" : ", rules out " + String.join(", ", excluded));
  }
}
