package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.tensorfile.Tensor;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Answers in a {@linkplain VectorContainer file}: the header of the questions, and for each case its id and the arrays. */
public final class AnswerFile implements AnswerSource {
  private final VectorHeader header;
  private final VectorContainer container;

  private AnswerFile(VectorHeader header, VectorContainer container) {
    this.header = header;
    this.container = container;
  }

  /**
   * Maps a file into {@code arena}.
   *
   * @throws IllegalArgumentException if it is no such file, or damaged
   */
  public static AnswerFile map(Path file, Arena arena) throws IOException {
    VectorContainer container = VectorContainer.map(file, VectorContainer.ANSWERS, arena);
    return new AnswerFile(header(container.header()), container);
  }

  /** What a header in JSON says of the questions. */
  static VectorHeader header(JsonNode node) {
    for (String field : List.of("suite", "seed", "count", "sha256")) {
      if (!node.path(field).isValueNode() || node.path(field).isMissingNode()) {
        throw new IllegalArgumentException("the header has no \"" + field + "\": expected suite, seed, count and sha256 as the questions have them");
      }
    }
    return new VectorHeader(node.get("suite").asString(), node.get("seed").asLong(), node.get("count").asInt(), node.get("sha256").asString());
  }

  @Override
  public VectorHeader header() {
    return header;
  }

  @Override
  public void read(AnswerSheet sheet) {
    Map<Integer, VectorBatch> batches = new HashMap<>();
    sheet.batches().forEach(batch -> batches.put(batch.first(), batch));
    for (JsonNode node : container.header().path("cases")) {
      int id = node.path("id").asInt(-1);
      VectorBatch batch = batches.get(id);
      if (batch == null) {
        sheet.malformed("case " + id + ": no case of the questions has this id");
        continue;
      }
      try {
        List<Tensor> arrays = new ArrayList<>();
        node.path("outputs").forEach(array -> arrays.add(container.array(array)));
        batch.enter(arrays, sheet);
      } catch (IllegalArgumentException e) {
        sheet.malformed("case " + id + ": " + e.getMessage());
      }
    }
  }
}
