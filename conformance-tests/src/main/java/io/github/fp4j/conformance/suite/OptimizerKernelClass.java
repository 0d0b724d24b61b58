package io.github.fp4j.conformance.suite;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.OptimizerKernels;
import io.github.fp4j.backend.ReferenceBackend;
import io.github.fp4j.conformance.judge.CoverageClass;
import io.github.fp4j.conformance.judge.Tally;
import io.github.fp4j.conformance.judge.Workers;
import java.util.List;
import java.util.function.Predicate;

/** XO: calls of one optimizer kernel, every array element afterwards as the reference leaves it. */
final class OptimizerKernelClass implements CoverageClass {
  private static final OptimizerKernels REFERENCE = ReferenceBackend.INSTANCE.optimizers().orElseThrow();

  private final String name;
  private final List<OptimizerCall> calls;
  private final long[] firstCases;
  private final Predicate<OptimizerKernels> isAsked;

  OptimizerKernelClass(String name, List<OptimizerCall> calls) {
    this(name, calls, kernels -> true);
  }

  /** Asks only kernels that {@code isAsked} accepts. */
  OptimizerKernelClass(String name, List<OptimizerCall> calls, Predicate<OptimizerKernels> isAsked) {
    this.isAsked = isAsked;
    this.name = name;
    this.calls = List.copyOf(calls);
    firstCases = new long[calls.size() + 1];
    for (int i = 0; i < calls.size(); i++) {
      firstCases[i + 1] = firstCases[i] + calls.get(i).cases();
    }
  }

  @Override
  public String suite() {
    return "XO";
  }

  @Override
  public String id() {
    return "XO/" + name;
  }

  @Override
  public long cases() {
    return firstCases[calls.size()];
  }

  /** Sums and updates have no finite list of operands; every kind of them is asked, and every code and midpoint. */
  @Override
  public boolean exhaustive() {
    return true;
  }

  @Override
  public boolean appliesTo(Backend subject) {
    return subject.optimizers().filter(isAsked).isPresent();
  }

  @Override
  public void run(Backend subject, Tally tally, Workers workers) throws Exception {
    OptimizerKernels kernels = subject.optimizers().orElseThrow();
    workers.share(
        calls.size(),
        () ->
            i -> {
              OptimizerCall call = calls.get(i);
              call.answer().apply(REFERENCE).compare(call.answer().apply(kernels), call.label(), firstCases[i], tally);
            });
  }
}
