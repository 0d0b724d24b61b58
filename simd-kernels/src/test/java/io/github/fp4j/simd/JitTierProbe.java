package io.github.fp4j.simd;

import io.github.fp4j.backend.Backend;
import io.github.fp4j.backend.Backends;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Writes the digests of every width to a file, computed a number of times over; ends with status 1 where a later pass gives other bits than the first. */
final class JitTierProbe {
  private JitTierProbe() {}

  /** @param args the number of passes, and the file */
  public static void main(String[] args) throws IOException {
    List<String> lines = new ArrayList<>();
    int passes = Integer.parseInt(args[0]);
    for (Backend backend : Backends.available()) {
      if (!backend.name().startsWith("simd-")) {
        continue;
      }
      Map<String, String> first = KernelDigests.of(backend);
      for (int pass = 1; pass < passes; pass++) {
        Map<String, String> digests = KernelDigests.of(backend);
        if (!digests.equals(first)) {
          System.out.println(backend.name() + ": pass " + pass + " differs from the first: " + digests + " after " + first);
          System.exit(1);
        }
      }
      first.forEach((name, digest) -> lines.add(backend.name() + "|" + name + "|" + digest));
    }
    Files.write(Path.of(args[1]), lines);
  }
}
