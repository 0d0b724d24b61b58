package io.github.fp4j.conformance.diagnosis;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Where mismatches lie: which rows, columns, codes and scales have any. */
final class Statistics {
  private static final int LISTED = 8;

  private static final class Count {
    private final boolean inHexadecimal;
    private final Map<Integer, long[]> byValue = new TreeMap<>(); // judged, wrong

    private Count(boolean inHexadecimal) {
      this.inHexadecimal = inHexadecimal;
    }
  }

  private Statistics() {}

  static List<String> of(List<? extends Observation<?>> observations) {
    Map<String, Count> traits = new TreeMap<>();
    observations.stream().filter(one -> one.wrong() > 0).forEach(one -> count(one, traits));
    List<String> lines = new ArrayList<>();
    traits.forEach((name, count) -> lines.add(name + ": " + line(count)));
    return lines;
  }

  private static void count(Observation<?> observation, Map<String, Count> traits) {
    for (Trait trait : observation.task().traits()) {
      Count count = traits.computeIfAbsent(trait.name(), name -> new Count(name.contains("code") || name.contains("scale")));
      observation.judged().stream().forEach(output -> {
        boolean wrong = observation.isWrong(output);
        for (int value : trait.values().apply(output)) {
          long[] both = count.byValue.computeIfAbsent(value, key -> new long[2]);
          both[0]++;
          both[1] += wrong ? 1 : 0;
        }
      });
    }
  }

  private static String line(Count count) {
    List<Map.Entry<Integer, long[]>> wrong = count.byValue.entrySet().stream().filter(entry -> entry.getValue()[1] > 0).toList();
    long always = wrong.stream().filter(entry -> entry.getValue()[0] == entry.getValue()[1]).count();
    String listed =
        wrong.stream()
            .limit(LISTED)
            .map(entry -> "%s (%,d of %,d)".formatted(text(count, entry.getKey()), entry.getValue()[1], entry.getValue()[0]))
            .collect(Collectors.joining(", "));
    return "%,d of %,d have mismatches, %,d nothing else: %s%s"
        .formatted(wrong.size(), count.byValue.size(), always, listed, wrong.size() > LISTED ? ", ..." : "");
  }

  private static String text(Count count, int value) {
    return count.inHexadecimal ? "0x%02x".formatted(value) : Integer.toString(value);
  }
}
