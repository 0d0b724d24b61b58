package io.github.fp4j.conformance.cli;

import java.time.Duration;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Seconds on the command line, 0.001 to a billion, in whole milliseconds. */
final class Seconds implements ITypeConverter<Duration> {
  private static final double LEAST = 1e-3;
  private static final double MOST = 1e9;

  @Override
  public Duration convert(String text) {
    double seconds;
    try {
      seconds = Double.parseDouble(text);
    } catch (NumberFormatException e) {
      seconds = Double.NaN;
    }
    if (!(seconds >= LEAST && seconds <= MOST)) {
      throw new TypeConversionException("'" + text + "': expected seconds, 0.001 to a billion");
    }
    return Duration.ofMillis((long) (seconds * 1000));
  }
}
