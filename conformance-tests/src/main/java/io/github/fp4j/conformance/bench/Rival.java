package io.github.fp4j.conformance.bench;

import io.github.fp4j.conformance.subject.Libtorch;
import io.github.fp4j.conformance.subject.LibtorchConversion;
import io.github.fp4j.conformance.subject.LibtorchStableSpam;
import io.github.fp4j.formats.FloatFormat;
import io.github.fp4j.simd.optim.Algorithm;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;

/**
 * Somebody else's implementation of one family that is no backend: it is timed, not judged.
 *
 * @param name what reports call it
 * @param family id of the family that it has
 * @param finder looks for it
 */
public record Rival(String name, String family, Supplier<Found> finder) {

  /** Makes a call of a rival that is here. */
  @FunctionalInterface
  interface Maker {
    Runnable make(int elements);
  }

  /**
   * What came of looking for it.
   *
   * @param maker makes its call; empty if it is not here
   * @param reason why it is not here; empty if it is
   */
  public record Found(Optional<Maker> maker, String reason) {}

  private static final List<Rival> ALL =
      List.of(
          new Rival("libtorch", "encode-e4m3", () -> libtorch((functions, n) -> encoding(functions, FloatFormat.E4M3, n))),
          new Rival("libtorch", "encode-e5m2", () -> libtorch((functions, n) -> encoding(functions, FloatFormat.E5M2, n))),
          new Rival("libtorch", "decode-e4m3", () -> libtorch((functions, n) -> decoding(functions, FloatFormat.E4M3, n))),
          new Rival("libtorch", "decode-e5m2", () -> libtorch((functions, n) -> decoding(functions, FloatFormat.E5M2, n))),
          new Rival("libtorch", "adamw-step", () -> libtorch(Rival::fusedAdamW)),
          new Rival("libtorch-eager", "stable-spam-step", () -> libtorch(Rival::eagerStableSpam)));

  /** All that are known, here or not. */
  public static List<Rival> all() {
    return ALL;
  }

  /** The rival of this name in this family. */
  static Optional<Rival> of(String name, String family) {
    return ALL.stream().filter(rival -> rival.name.equals(name) && rival.family.equals(family)).findFirst();
  }

  private static Found libtorch(BiFunction<Libtorch.Functions, Integer, Runnable> maker) {
    return switch (Libtorch.find()) {
      case Libtorch.Missing(String reason) -> new Found(Optional.empty(), reason);
      case Libtorch.Found(Libtorch.Functions functions) -> new Found(Optional.of(n -> maker.apply(functions, n)), "");
    };
  }

  private static Runnable encoding(Libtorch.Functions functions, FloatFormat format, int elements) {
    LibtorchConversion conversion = functions.conversion(format, elements);
    conversion.values(RandomData.normal(elements, 1));
    return conversion::encode;
  }

  private static Runnable decoding(Libtorch.Functions functions, FloatFormat format, int elements) {
    LibtorchConversion conversion = functions.conversion(format, elements);
    conversion.codes(RandomData.bytes(elements, 1));
    return conversion::decode;
  }

  private static Runnable fusedAdamW(Libtorch.Functions functions, int elements) {
    Libtorch.FusedAdamW adamW = functions.adamW(RandomData.normal(elements, 1), 1e-3, 1e-2);
    adamW.gradient(RandomData.normal(elements, 2));
    return adamW::step;
  }

  /** Of one gradient again and again, clipped in place, hardly a step finds anything above the threshold: the masked assignment and its passes are rarely paid. */
  private static Runnable eagerStableSpam(Libtorch.Functions functions, int elements) {
    LibtorchStableSpam stableSpam = functions.stableSpam(RandomData.normal(elements, 1), Algorithm.STABLE_SPAM.defaults());
    stableSpam.gradient(RandomData.normal(elements, 2));
    return stableSpam::step;
  }
}
