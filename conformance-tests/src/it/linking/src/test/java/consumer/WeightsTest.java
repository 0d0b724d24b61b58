package consumer;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.github.fp4j.backend.Backends;
import io.github.fp4j.conformance.tensorfile.Npy;
import io.github.fp4j.conformance.tensorfile.Tensor;
import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A project that knows fp4j's artifacts only, on the module path and on the class path, with and without the Vector API. */
class WeightsTest {
  @TempDir private Path folder;

  /** With a largest weight of 2688 the tensor scale is 1, and both weights are exact. */
  private void weightsMultiply() throws Exception {
    float[] values = new float[2 * 32];
    values[0] = 2688;
    values[33] = 6;
    Path file = folder.resolve("w.npy");
    Npy.write(file, Tensor.ofFloats("w", values, 2, 32));
    float[] activations = new float[32];
    activations[0] = .5f;
    activations[1] = 3;
    assertArrayEquals(new float[] {1344, 18}, Weights.read(file).multiply(activations, 1));
  }

  @Test
  @Tag("module-path")
  void onTheModulePathTheVectorApiIsThereUnasked() throws Exception {
    assertTrue(Weights.class.getModule().isNamed());
    assertEquals("simd-128", Backends.byName("simd-128").name());
    weightsMultiply();
  }

  @Test
  @Tag("class-path")
  void onTheClassPathItWorksWithoutTheVectorApi() throws Exception {
    assertFalse(Weights.class.getModule().isNamed());
    weightsMultiply();
  }

  @Test
  @Tag("class-path")
  void theVectorApiAskedForByNameIsMissedByName() {
    String message = assertThrows(IllegalArgumentException.class, () -> Backends.byName("simd-128")).getMessage();
    assertTrue(message.contains("start java with --add-modules jdk.incubator.vector"), message);
  }

  @Test
  @Tag("class-path-vectors")
  void onTheClassPathWithItsModuleTheVectorApiWorks() throws Exception {
    assertFalse(Weights.class.getModule().isNamed());
    assertEquals("simd-128", Backends.byName("simd-128").name());
    weightsMultiply();
  }
}
