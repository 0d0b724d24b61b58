package io.github.fp4j.formats.gemm;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.LinkedHashSet;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** The table "Discriminators" of the accumulation models' specification: vectors V1-V9 and V11, ten columns (F36 and F37 share one). */
class DiscriminatorsTest {

  @TestFactory
  Stream<DynamicTest> everyModelGivesItsColumnOfTheTable() {
    return Discriminators.all().stream()
        .flatMap(vector -> vector.expected().keySet().stream().sorted()
            .map(id -> DynamicTest.dynamicTest(vector.id() + " " + id, () -> check(vector, AccumulationModels.byId(id)))));
  }

  private static void check(Discriminator vector, AccumulationModel model) {
    int expected = vector.expected().get(model.id());
    int c = Float.floatToRawIntBits(vector.c());
    assertThat(Gemm.of(model, vector.a(), vector.b()).dot(0, 0, c)).as("fast").isEqualTo(expected);
    assertThat(Gemm.reference(model, vector.a(), vector.b()).dot(0, 0, c)).as("reference").isEqualTo(expected);
    assertThat(new BruteForce(model, vector.a(), vector.b()).dot(0, 0, c)).as("brute force").isEqualTo(expected);
  }

  @Test
  void theTableHasTenRowsAndElevenModelsEach() {
    assertThat(Discriminators.all()).extracting(Discriminator::id).containsExactly("V1", "V2", "V3", "V4", "V5", "V6", "V7", "V8", "V9", "V11");
    for (Discriminator vector : Discriminators.all()) {
      assertThat(vector.expected()).hasSize(vector.id().equals("V11") ? 12 : 11);
    }
  }

  @Test
  void theVectorsTellEveryColumnApart() {
    Set<String> fingerprints = new LinkedHashSet<>();
    for (String id : Discriminators.all().getFirst().expected().keySet()) {
      StringBuilder fingerprint = new StringBuilder();
      for (Discriminator vector : Discriminators.all()) {
        fingerprint.append(Integer.toHexString(vector.expected().get(id))).append(' ');
      }
      fingerprints.add(fingerprint.toString());
    }
    assertThat(fingerprints).as("F36, F37 and exact RZ look alike in the table; nothing else does").hasSize(9);
  }
}
