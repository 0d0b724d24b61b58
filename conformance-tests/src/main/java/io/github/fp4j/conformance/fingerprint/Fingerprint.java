package io.github.fp4j.conformance.fingerprint;

import io.github.fp4j.formats.gemm.AccumulationModel;
import io.github.fp4j.formats.gemm.AccumulationModels;
import io.github.fp4j.formats.gemm.Discriminator;
import io.github.fp4j.formats.gemm.Discriminators;
import io.github.fp4j.formats.gemm.OperandFormat;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/**
 * What a device's answers say of its accumulator.
 *
 * @param format what A and B were made of
 * @param seed of the search for vectors
 * @param steps every vector that was asked, in order
 * @param remaining the models that gave all the device's answers: several if they are {@linkplain #functions one function}, {@link VectorSearch#LIMIT} vectors
 *     did not tell them apart or {@link #MAX_VECTORS} were asked; none if the device follows no published model
 */
public record Fingerprint(OperandFormat format, long seed, List<Step> steps, List<AccumulationModel> remaining) {

  /** Vectors that a device is asked at most. */
  public static final int MAX_VECTORS = 40;

  /** The formats in which a device can be asked, the scaled FP4 ones first. */
  public static final List<OperandFormat> FORMATS = OperandFormat.named();

  /**
   * One vector.
   *
   * @param answer the device's, bits of a float32
   * @param excluded the models that it ruled out; none if it only confirms
   */
  public record Step(GemmVector vector, int answer, List<Exclusion> excluded) {
    public Step {
      excluded = List.copyOf(excluded);
    }
  }

  /**
   * A model that was ruled out.
   *
   * @param expected what it would have answered
   */
  public record Exclusion(AccumulationModel model, int expected) {}

  public Fingerprint {
    steps = List.copyOf(steps);
    remaining = List.copyOf(remaining);
  }

  /** The published models that take a format, whatever they accumulate in: C and D are float32, to which fp16 is widened. */
  public static List<AccumulationModel> candidates(OperandFormat format) {
    return AccumulationModels.all().stream().filter(model -> model.supports(format, format)).toList();
  }

  /**
   * Models by what they compute, in their order: those of one group have the same step, addend and output and so give the same bits for all operands that they
   * take. No vector tells them apart.
   */
  public static List<List<AccumulationModel>> functions(List<AccumulationModel> models) {
    record Definition(AccumulationModel.Step step, AccumulationModel.Addend addend, AccumulationModel.Output output) {}
    Map<Definition, List<AccumulationModel>> groups =
        models.stream()
            .collect(
                Collectors.groupingBy(
                    model -> new Definition(model.step(), model.addend(), model.output()), LinkedHashMap::new, Collectors.toList()));
    return List.copyOf(groups.values());
  }

  /**
   * Puts vectors to a device, each time the one that splits the remaining models best: of the stock ones, or of a search where those split none. When one function
   * is left, or the search finds nothing, further vectors up to {@link #MAX_VECTORS} check it, for the device may follow none.
   *
   * @param format one of {@link #FORMATS}
   * @param seed of the search
   */
  public static Fingerprint of(OperandFormat format, Device device, long seed) {
    List<AccumulationModel> remaining = new ArrayList<>(candidates(format));
    List<GemmVector> stock = stock(format);
    VectorSearch search = new VectorSearch(format, seed);
    List<Step> steps = new ArrayList<>();
    while (functions(remaining).size() > 1 && steps.size() < MAX_VECTORS) {
      Optional<GemmVector> next = VectorSearch.best(stock, remaining).or(() -> search.splitting(remaining));
      if (next.isEmpty()) {
        break;
      }
      stock.remove(next.get());
      steps.add(ask(device, next.get(), remaining));
    }
    stock.removeIf(vector -> vector.id().contains("/")); // permutations confirm little
    while (!remaining.isEmpty() && steps.size() < MAX_VECTORS) {
      steps.add(ask(device, stock.isEmpty() ? search.next() : stock.removeFirst(), remaining));
    }
    return new Fingerprint(format, seed, steps, remaining);
  }

  /**
   * What a device's answers to {@code vectors} say, for devices that cannot be asked one vector after the other.
   *
   * @param vectors those of {@link #vectors}
   */
  public static Fingerprint of(OperandFormat format, Device device, long seed, List<GemmVector> vectors) {
    List<AccumulationModel> remaining = new ArrayList<>(candidates(format));
    List<Step> steps = new ArrayList<>();
    vectors.forEach(vector -> steps.add(ask(device, vector, remaining)));
    return new Fingerprint(format, seed, steps, remaining);
  }

  /** {@link #MAX_VECTORS} vectors that tell all models of a format apart, as far as a search does, whatever the answers; the last of them only check. */
  public static List<GemmVector> vectors(OperandFormat format, long seed) {
    VectorSearch search = new VectorSearch(format, seed);
    List<GemmVector> stock = stock(format);
    List<GemmVector> vectors = new ArrayList<>();
    Deque<List<AccumulationModel>> together = new ArrayDeque<>(List.of(candidates(format)));
    while (!together.isEmpty() && vectors.size() < MAX_VECTORS) {
      List<AccumulationModel> models = together.removeFirst();
      if (functions(models).size() == 1) {
        continue;
      }
      VectorSearch.best(stock, models).or(() -> search.splitting(models)).ifPresent(vector -> {
        stock.remove(vector);
        vectors.add(vector);
        together.addFirst(models);
        List<List<AccumulationModel>> split =
            together.stream().flatMap(group -> group.stream().collect(Collectors.groupingBy(vector::answer, TreeMap::new, Collectors.toList())).values().stream()).toList();
        together.clear();
        together.addAll(split);
      });
    }
    while (vectors.size() < MAX_VECTORS) {
      vectors.add(search.next());
    }
    return vectors;
  }

  /** The discriminators, then their permutations; none but for NVFP4. */
  private static List<GemmVector> stock(OperandFormat format) {
    List<GemmVector> stock = new ArrayList<>();
    if (format.equals(OperandFormat.NVFP4)) {
      List<List<Discriminator>> orders = Discriminators.all().stream().map(Permutations::of).toList();
      orders.forEach(order -> stock.add(GemmVector.of(order.getFirst())));
      orders.forEach(order -> order.stream().skip(1).map(GemmVector::of).forEach(stock::add));
    }
    return stock;
  }

  private static Step ask(Device device, GemmVector vector, List<AccumulationModel> remaining) {
    int answer = device.answer(vector);
    List<Exclusion> excluded = new ArrayList<>();
    remaining.removeIf(
        model -> {
          int expected = vector.answer(model);
          return expected != answer && excluded.add(new Exclusion(model, expected));
        });
    return new Step(vector, answer, excluded);
  }

  /** The vectors that ruled out no model. */
  public long confirmations() {
    return steps.stream().filter(step -> step.excluded.isEmpty()).count();
  }

  /** What was found, in one line. */
  public String verdict() {
    String asked = steps.size() + " vectors, " + confirmations() + " of which only confirm";
    List<List<AccumulationModel>> groups = functions(remaining);
    String names =
        groups.stream().map(group -> group.stream().map(AccumulationModel::id).collect(Collectors.joining(" = "))).collect(Collectors.joining(" or "));
    return switch (groups.size()) {
      case 0 -> "no published model gives the device's answers (" + asked + ")";
      case 1 -> names + (remaining.size() > 1 ? ", by definition the same function" : "") + " (" + asked + ")";
      default -> names + ": not told apart by %,d vectors searched (%s)".formatted(VectorSearch.LIMIT, asked);
    };
  }
}
