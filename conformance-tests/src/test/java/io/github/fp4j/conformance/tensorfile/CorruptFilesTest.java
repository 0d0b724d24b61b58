package io.github.fp4j.conformance.tensorfile;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Every spoiled file is refused with a message that names the file and the field, or its tensors lie in its bytes without overlap. */
@Tag("exhaustive")
class CorruptFilesTest {
  private static final int CASES_PER_CORRUPTION = 2_500;
  private static final Pattern MESSAGE =
      Pattern.compile(
          "spoiled: (begins with|header|data_offsets|__metadata__|tensor |tensor_count|metadata|version|general\\.alignment|npy version|the npy header|"
              + "descr|fortran_order|shape|not an npy file).*",
          Pattern.DOTALL);

  private final FloatElements elements = new FloatElements();

  @ParameterizedTest
  @ValueSource(strings = {"all_types.safetensors", "all_types.gguf", "v1_f4_2x3.npy", "v2_u1_5.npy", "v3_i8_2x1x2.npy"})
  void isRefusedOrInBounds(String name) throws IOException {
    byte[] file = Fixtures.bytes(name);
    int judged = 0;
    for (Corruption corruption : Corruption.values()) {
      Random random = new Random(name.hashCode() * 31L + corruption.ordinal());
      int refused = 0;
      for (int i = 0; i < CASES_PER_CORRUPTION; i++) {
        byte[] spoiled = corruption.apply(file, random);
        if (random.nextInt(4) == 0) {
          spoiled = Corruption.values()[random.nextInt(Corruption.values().length)].apply(spoiled.length > 80 ? spoiled : file, random);
        }
        refused += isRefused(spoiled) ? 1 : 0;
        judged++;
      }
      assertThat(refused).as("refused after %s", corruption).isPositive();
    }
    assertThat(judged).isEqualTo(10 * CASES_PER_CORRUPTION); // five files: 125 000 in all
  }

  private boolean isRefused(byte[] spoiled) {
    TensorFile file;
    try {
      file = TensorFile.parse("spoiled", MemorySegment.ofArray(spoiled));
    } catch (IOException e) {
      if (!MESSAGE.matcher(e.getMessage()).matches()) {
        throw new AssertionError("the message names no field: " + e.getMessage(), e);
      }
      return true;
    }
    requireInBounds(file, spoiled.length);
    return false;
  }

  private void requireInBounds(TensorFile file, int length) {
    List<Tensor> tensors = List.copyOf(file.tensors().values());
    for (int i = 0; i < tensors.size(); i++) {
      Tensor tensor = tensors.get(i);
      long size = tensor.data().byteSize();
      if (size > length) {
        throw new AssertionError(tensor.info() + " has " + size + " bytes of a file of " + length);
      }
      if (size > 0) {
        tensor.data().get(ValueLayout.JAVA_BYTE, 0);
        tensor.data().get(ValueLayout.JAVA_BYTE, size - 1);
      }
      if (FloatElements.supports(tensor.type())) {
        float[] values = new float[Math.toIntExact(tensor.elementCount())];
        elements.read(tensor, 0, values, 0, values.length);
      }
      for (Tensor other : tensors.subList(0, i)) {
        if (tensor.data().asOverlappingSlice(other.data()).isPresent()) {
          throw new AssertionError(tensor.info() + " overlaps " + other.info());
        }
      }
    }
    file.metadata().values().forEach(Object::toString);
    LayoutReport.of(file.infos());
  }
}
