package io.github.fp4j.conformance.subject;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** An ONNX model of one Cast node, written as the protobuf bytes of onnx.proto: input {@code x}, output {@code y}, one dimension of any length. */
final class OnnxCastModel {
  private static final int IR_VERSION = 10;
  private static final int ATTRIBUTE_TYPE_INT = 2;

  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  private OnnxCastModel() {}

  /**
   * The model; it saturates, which is ONNX's default.
   *
   * @param opset version of the operator set: 19 has the eight-bit floats, 23 E2M1, 24 E8M0
   * @param from element type of the input, a TensorProto.DataType
   * @param to element type of the output
   */
  static byte[] of(int opset, int from, int to) {
    OnnxCastModel node = new OnnxCastModel().text(1, "x").text(2, "y").text(4, "Cast").message(5, attribute("to", to));
    OnnxCastModel graph = new OnnxCastModel().message(1, node).text(2, "cast").message(11, value("x", from)).message(12, value("y", to));
    OnnxCastModel operators = new OnnxCastModel().text(1, "").number(2, opset);
    return new OnnxCastModel().number(1, IR_VERSION).message(7, graph).message(8, operators).bytes.toByteArray();
  }

  private static OnnxCastModel attribute(String name, int value) {
    return new OnnxCastModel().text(1, name).number(3, value).number(20, ATTRIBUTE_TYPE_INT);
  }

  private static OnnxCastModel value(String name, int elementType) {
    OnnxCastModel dimension = new OnnxCastModel().text(2, "n");
    OnnxCastModel tensor = new OnnxCastModel().number(1, elementType).message(2, new OnnxCastModel().message(1, dimension));
    return new OnnxCastModel().text(1, name).message(2, new OnnxCastModel().message(1, tensor));
  }

  private OnnxCastModel number(int field, int value) {
    varint(field << 3);
    varint(value);
    return this;
  }

  private OnnxCastModel text(int field, String value) {
    return lengthDelimited(field, value.getBytes(StandardCharsets.UTF_8));
  }

  private OnnxCastModel message(int field, OnnxCastModel value) {
    return lengthDelimited(field, value.bytes.toByteArray());
  }

  private OnnxCastModel lengthDelimited(int field, byte[] value) {
    varint(field << 3 | 2);
    varint(value.length);
    bytes.writeBytes(value);
    return this;
  }

  private void varint(int value) {
    int rest = value;
    while (rest > 0x7F) {
      bytes.write(rest & 0x7F | 0x80);
      rest >>>= 7;
    }
    bytes.write(rest);
  }
}
