package io.github.fp4j.simd.optim;

import java.util.Arrays;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.stream.Collectors;

/** Reads settings given as text; an unreadable one is an {@link IllegalArgumentException} that names it. */
final class SettingReader {
  private final Map<String, String> settings;

  SettingReader(Map<String, String> settings) {
    this.settings = settings;
  }

  String text(String key) {
    return Objects.requireNonNull(settings.get(key), key);
  }

  double number(String key) {
    try {
      return Double.parseDouble(text(key));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(key + " = \"" + text(key) + "\": expected a number", e);
    }
  }

  int count(String key) {
    try {
      return Integer.parseInt(text(key));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(key + " = \"" + text(key) + "\": expected a whole number", e);
    }
  }

  long integer(String key) {
    try {
      return Long.parseLong(text(key));
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(key + " = \"" + text(key) + "\": expected a whole number", e);
    }
  }

  boolean flag(String key) {
    return switch (text(key)) {
      case "true", "on" -> true;
      case "false", "off" -> false;
      default -> throw new IllegalArgumentException(key + " = \"" + text(key) + "\": expected on or off");
    };
  }

  <E extends Enum<E>> E constant(String key, Class<E> type) {
    for (E constant : type.getEnumConstants()) {
      if (name(constant).equals(text(key))) {
        return constant;
      }
    }
    String all = Arrays.stream(type.getEnumConstants()).map(SettingReader::name).collect(Collectors.joining(", "));
    throw new IllegalArgumentException(key + " = \"" + text(key) + "\": expected one of " + all);
  }

  static String name(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
