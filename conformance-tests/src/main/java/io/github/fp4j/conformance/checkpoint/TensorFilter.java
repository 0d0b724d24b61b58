package io.github.fp4j.conformance.checkpoint;

import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** Which tensors are meant, by name: shell patterns with {@code *} and {@code ?}. No include pattern means all. */
public final class TensorFilter {
  private final List<Pattern> include;
  private final List<Pattern> exclude;

  /** A name passes if it matches any of {@code include} and none of {@code exclude}. */
  public TensorFilter(List<String> include, List<String> exclude) {
    this.include = include.stream().map(TensorFilter::pattern).toList();
    this.exclude = exclude.stream().map(TensorFilter::pattern).toList();
  }

  private static Pattern pattern(String glob) {
    String regex =
        glob.codePoints()
            .mapToObj(c -> c == '*' ? ".*" : c == '?' ? "." : Pattern.quote(Character.toString(c)))
            .collect(Collectors.joining());
    return Pattern.compile(regex, Pattern.DOTALL);
  }

  /** Whether {@code name} is meant. */
  public boolean accepts(String name) {
    boolean included = include.isEmpty() || include.stream().anyMatch(pattern -> pattern.matcher(name).matches());
    return included && exclude.stream().noneMatch(pattern -> pattern.matcher(name).matches());
  }
}
