package io.github.fp4j.backend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.github.fp4j.formats.FloatFormat;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

class BackendsTest {
  /** A backend of a rank whose conversions, if any, are the reference's under a name of their own. */
  private record Ranked(String name, OptionalInt rank, Availability availability) implements Backend {
    @Override
    public String description() {
      return name;
    }

    @Override
    public Optional<ConversionKernels> conversions() {
      return availability.isAvailable() ? ReferenceBackend.INSTANCE.conversions() : Optional.empty();
    }
  }

  private static final Backend BY_NAME_ONLY = new Ranked("peer", OptionalInt.empty(), Availability.YES);
  private static final Backend ABSENT = new Ranked("vectors", OptionalInt.of(0), Availability.no("no vectors here"));

  private static final Backend WITHOUT_CONVERSIONS =
      new Backend() {
        @Override
        public String name() {
          return "nothing";
        }

        @Override
        public String description() {
          return "nothing";
        }

        @Override
        public OptionalInt rank() {
          return OptionalInt.of(0);
        }

        @Override
        public Availability availability() {
          return Availability.YES;
        }
      };

  @Test
  void theFirstInRankThatCanIsTaken() {
    ConversionKernels kernels =
        Backends.fastest(
            List.of(BY_NAME_ONLY, ReferenceBackend.INSTANCE, ABSENT, WITHOUT_CONVERSIONS),
            Backend::conversions,
            candidate -> candidate.supportsDecoding(FloatFormat.E2M1),
            "E2M1");
    assertThat(kernels).isSameAs(ReferenceBackend.INSTANCE.conversions().orElseThrow());
  }

  private record First(List<Backend> backends) implements BackendProvider {}

  private record Second(List<Backend> backends) implements BackendProvider {}

  @Test
  void theOrderDoesNotDependOnWhoIsLoadedFirst() {
    Backend rival = new Ranked("peer", OptionalInt.empty(), Availability.no("of a name that is taken"));
    Backend last = new Ranked("another", OptionalInt.empty(), Availability.YES);
    BackendProvider first = new First(List.of(BY_NAME_ONLY));
    BackendProvider second = new Second(List.of(last, rival, ABSENT));
    BackendProvider reference = new ReferenceBackend.Provider();
    assertThat(Backends.inOrder(List.of(first, second, reference))).containsExactly(ReferenceBackend.INSTANCE, ABSENT, BY_NAME_ONLY, last);
    assertThat(Backends.inOrder(List.of(reference, second, first))).containsExactly(ReferenceBackend.INSTANCE, ABSENT, BY_NAME_ONLY, last);
  }

  @Test
  void whoHasNoRankIsNeverTaken() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Backends.fastest(List.of(BY_NAME_ONLY, ABSENT), Backend::conversions, candidate -> true, "conversions"))
        .withMessage("no backend here does conversions");
  }

  @Test
  void whatNobodyCanIsRefusedByItsName() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Backends.fastest(Backend::conversions, candidate -> false, "a conversion to e9m9"))
        .withMessage("no backend here does a conversion to e9m9");
  }
}
