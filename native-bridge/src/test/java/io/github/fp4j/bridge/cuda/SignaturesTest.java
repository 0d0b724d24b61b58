package io.github.fp4j.bridge.cuda;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.bridge.internal.sys.FunctionTable;
import io.github.fp4j.bridge.internal.sys.NativeFunction;
import java.io.IOException;
import java.lang.foreign.MemoryLayout;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The parameters of every function that is called, against those that org.bytedeco:cuda generated from NVIDIA's headers. */
class SignaturesTest {
  @Test
  void theDriversFunctionsHaveTheParametersOfItsHeader(@TempDir Path folder) throws IOException {
    try (FakeDriver fake = FakeDriver.install(folder)) {
      assertThat(compare(fake.driver().api, "cudart")).isEqualTo(55);
    }
  }

  static int compare(FunctionTable table, String header) throws IOException {
    Map<String, List<String>> generated = Bytedeco.functions(header);
    int compared = 0;
    for (NativeFunction function : table.functions()) {
      StringBuilder shape = new StringBuilder();
      function.parameters().forEach(parameter -> shape.append(letter(parameter)));
      String name = function.name().replaceFirst("(_v\\d|WithFlags)$", ""); // the header's macros hide these endings
      assertThat(generated.get(name)).as(function.name()).contains(shape.toString());
      compared++;
    }
    return compared;
  }

  private static char letter(MemoryLayout parameter) {
    return parameter.equals(JAVA_INT) ? 'I' : parameter.equals(JAVA_LONG) ? 'L' : parameter.equals(JAVA_BYTE) ? 'B' : 'P';
  }
}
