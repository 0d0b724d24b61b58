package io.github.fp4j.conformance.subject;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** The bytes are those that the onnx package of PyPI writes for the same model. */
class OnnxCastModelTest {
  @Test
  void castToE4m3() {
    assertThat(HexFormat.of().formatHex(OnnxCastModel.of(19, 1, 17)))
        .isEqualTo(
            "080a3a430a170a01781201792204436173742a090a02746f1811a001021204636173745a100a0178120b0a09080112050a0312016e62100a0179120b0a09081112050a0312016e"
                + "42040a001013");
  }
}
