package io.github.fp4j.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.fp4j.backend.AdamCoefficients;
import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.bridge.internal.sys.Fp4jOptimAbi;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Every struct that the bridge writes for an optimizer's step, against what a C compiler makes of fp4j_optim.h. */
class Fp4jOptimAbiTest {
  private static final List<String> CODEBOOK_FIELDS = List.of("values", "bits", "zero_code");

  @Test
  void theBridgeWritesWhatTheHeaderSays(@TempDir Path folder) throws IOException {
    AdamCoefficients c = new AdamCoefficients();
    Map<String, Float> fields = new LinkedHashMap<>();
    fields.put("threshold", c.threshold = 2);
    fields.put("ratio", c.ratio = 3);
    fields.put("gain", c.gain = 4);
    fields.put("decay", c.decay = 5);
    fields.put("beta1", c.beta1 = 6);
    fields.put("one_minus_beta1", c.oneMinusBeta1 = 7);
    fields.put("beta2", c.beta2 = 8);
    fields.put("one_minus_beta2", c.oneMinusBeta2 = 9);
    fields.put("step_size", c.stepSize = 10);
    fields.put("inverse_root_correction2", c.inverseRootCorrection2 = 11);
    fields.put("epsilon", c.epsilon = 12);
    Map<String, Integer> header = valuesOfTheHeader(folder, List.copyOf(fields.keySet()));
    assertThat(header.get("sizeof fp4j_adam")).isEqualTo((int) Fp4jOptimAbi.ADAM_BYTES);
    assertThat(header.get("sizeof fp4j_codebook")).isEqualTo((int) Fp4jOptimAbi.CODEBOOK_BYTES);
    assertThat(header.get("FP4J_OPTIM_CHUNK")).isEqualTo(OptimizerKernels.CHUNK);
    assertThat(AdamCoefficients.class.getFields()).as("scalars, lerp included").hasSize(fields.size() + 1);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment adam = arena.allocate(Fp4jOptimAbi.ADAM_BYTES, 8);
      for (boolean lerp : new boolean[] {false, true}) {
        c.lerp = lerp;
        Fp4jOptimAbi.write(c, adam);
        fields.forEach((name, value) -> assertThat(adam.get(ValueLayout.JAVA_FLOAT, header.get("adam " + name))).as(name).isEqualTo(value));
        assertThat(adam.get(ValueLayout.JAVA_INT, header.get("adam lerp"))).isEqualTo(lerp ? 1 : 0);
      }
      MemorySegment codebook = arena.allocate(Fp4jOptimAbi.CODEBOOK_BYTES, 8);
      Fp4jOptimAbi.writeCodebook(adam, 4, 7, codebook);
      assertThat(codebook.get(ValueLayout.ADDRESS, header.get("codebook values"))).isEqualTo(MemorySegment.ofAddress(adam.address()));
      assertThat(codebook.get(ValueLayout.JAVA_INT, header.get("codebook bits"))).isEqualTo(4);
      assertThat(codebook.get(ValueLayout.JAVA_INT, header.get("codebook zero_code"))).isEqualTo(7);
    }
  }

  private static Map<String, Integer> valuesOfTheHeader(Path folder, List<String> adamFields) throws IOException {
    StringBuilder lines = new StringBuilder();
    for (String type : List.of("fp4j_adam", "fp4j_codebook")) {
      lines.append("printf(\"sizeof %s=%%d\\n\", (int) sizeof(%s));\n".formatted(type, type));
    }
    adamFields.forEach(field -> lines.append(offset("adam", field)));
    lines.append(offset("adam", "lerp"));
    CODEBOOK_FIELDS.forEach(field -> lines.append(offset("codebook", field)));
    lines.append("printf(\"FP4J_OPTIM_CHUNK=%d\\n\", FP4J_OPTIM_CHUNK);\n");
    String source = "#include <stdio.h>\n#include \"fp4j/fp4j_optim.h\"\nint main(void) {\n" + lines + "return 0;\n}\n";
    String output = CompiledC.run(List.of(CompiledC.program(folder, "optim_values", source).toString()));
    return output.lines().map(line -> line.split("=")).collect(Collectors.toMap(pair -> pair[0], pair -> Integer.valueOf(pair[1])));
  }

  private static String offset(String struct, String field) {
    return "printf(\"%s %s=%%d\\n\", (int) offsetof(fp4j_%s, %s));\n".formatted(struct, field, struct, field);
  }
}
