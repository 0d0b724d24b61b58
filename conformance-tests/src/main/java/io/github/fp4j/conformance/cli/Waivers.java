package io.github.fp4j.conformance.cli;

import io.github.fp4j.conformance.judge.ClassResult;
import io.github.fp4j.conformance.judge.Verdict;
import io.github.fp4j.conformance.subject.Waiver;
import java.io.PrintWriter;
import java.util.List;
import java.util.Optional;

/** Applies waivers to results: what is waived does not count, and is said; a waiver that nothing needs is warned of. */
record Waivers(List<Waiver> waivers, PrintWriter out) {

  /** The worst verdict that counts. */
  Verdict verdict(List<ClassResult> results) {
    Verdict worst = Verdict.PASS;
    for (ClassResult result : results) {
      boolean good = result.verdict() == Verdict.PASS || result.verdict() == Verdict.ALLOWED;
      Optional<Waiver> waiver = waivers.stream().filter(one -> result.id().equals("XV/" + one.suite())).findFirst();
      if (waiver.isPresent()) {
        Waiver one = waiver.get();
        if (good) {
          out.printf("WARNING: unexpected pass: %s passes, waiver %s is not needed (%s, %s)%n", result.id(), one.id(), one.reason(), one.link());
        } else {
          out.printf("Waived by %s until %s: %s of %s (%s, %s)%n", one.id(), one.expires(), result.verdict(), result.id(), one.reason(), one.link());
        }
      } else if (result.verdict().compareTo(worst) > 0) {
        worst = result.verdict();
      }
    }
    out.flush();
    return worst;
  }
}
