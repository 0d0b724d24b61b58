package io.github.fp4j.conformance.vectors;

import io.github.fp4j.conformance.diagnosis.OperandChange;
import io.github.fp4j.conformance.tensorfile.Tensor;
import io.github.fp4j.conformance.tensorfile.TensorInfo;
import io.github.fp4j.formats.block.ScaleLayout;
import io.github.fp4j.formats.gemm.GemmOperand;
import java.io.IOException;
import java.io.OutputStream;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Questions as a {@linkplain VectorContainer file} for a machine that is elsewhere. Beside the linear scales of every product lie the same scales in the 128x4
 * layout that tensor cores read, the rows of the padding poisoned with NaN: they belong to no row of D.
 */
public final class VectorFile {
  private final VectorHeader header;
  private final List<VectorBatch> batches;

  private VectorFile(VectorHeader header, List<VectorBatch> batches) {
    this.header = header;
    this.batches = batches;
  }

  /** The questions that {@code header} names. */
  public static VectorFile of(VectorHeader header, VectorSuite suite) {
    return new VectorFile(header, VectorBatch.of(suite, header.count()));
  }

  /** Writes it all. */
  public void write(OutputStream out) throws IOException {
    ObjectNode root = VectorContainer.MAPPER.createObjectNode();
    root.put("schema", "fp4j-vectors-" + VectorHeader.VERSION);
    root.put("suite", header.suite());
    root.put("seed", header.seed());
    root.put("count", header.count());
    root.put("sha256", header.sha256());
    ArrayNode cases = VectorContainer.MAPPER.createArrayNode();
    MessageDigest digest = VectorHeader.newDigest();
    long offset = 0;
    for (VectorBatch batch : batches) {
      ObjectNode node = cases.addObject();
      Question question = batch.question();
      node.put("id", batch.first());
      node.put("count", batch.cases().size());
      node.put("operation", question.operation().word());
      ArrayNode arguments = node.putArray("arguments");
      question.arguments().forEach(arguments::add);
      ArrayNode inputs = node.putArray("inputs");
      for (Tensor array : arrays(question)) {
        byte[] bytes = padded(array);
        digest.update(bytes);
        describe(inputs.addObject(), array.info()).put("offset", offset).put("bytes", array.info().byteSize());
        offset += bytes.length;
      }
      ArrayNode outputs = node.putArray("outputs");
      question.outputs().forEach(output -> describe(outputs.addObject(), output));
    }
    root.put("payload_bytes", offset);
    root.put("payload_sha256", HexFormat.of().formatHex(digest.digest()));
    root.set("cases", cases);
    out.write(VectorContainer.head(VectorContainer.QUESTIONS, root));
    for (VectorBatch batch : batches) {
      for (Tensor array : arrays(batch.question())) {
        out.write(padded(array));
      }
    }
  }

  private static ObjectNode describe(ObjectNode node, TensorInfo array) {
    node.put("name", array.name());
    node.put("dtype", VectorContainer.dtype(array.type()));
    ArrayNode shape = node.putArray("shape");
    for (long extent : array.shape()) {
      shape.add(extent);
    }
    return node.put("layout", array.name().endsWith("-128x4") ? "128x4" : "row-major");
  }

  private static byte[] padded(Tensor array) {
    byte[] bytes = new byte[Math.ceilDiv((int) array.data().byteSize(), VectorContainer.ALIGNMENT) * VectorContainer.ALIGNMENT];
    MemorySegment.copy(array.data(), ValueLayout.JAVA_BYTE, 0, bytes, 0, (int) array.data().byteSize());
    return bytes;
  }

  /** The question's arrays and, of products, the scales as a device wants them. */
  private static List<Tensor> arrays(Question question) {
    List<Tensor> arrays = new ArrayList<>(question.inputs());
    boolean product = question.operation() == Operation.GEMM || question.operation() == Operation.EPILOGUE;
    if (product && question.input("a-scales").elementCount() > 0) {
      GemmQuestion operands = GemmQuestion.of(question);
      arrays.add(swizzled("a-scales-128x4", operands.a()));
      arrays.add(swizzled("b-scales-128x4", operands.b()));
    }
    return arrays;
  }

  private static Tensor swizzled(String name, GemmOperand operand) {
    byte[] bytes = OperandChange.swizzledAmongNan(operand, ScaleLayout.SWIZZLED_128X4);
    return Tensor.ofBytes(name, bytes, bytes.length);
  }
}
