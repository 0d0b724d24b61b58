package io.github.fp4j.simd.optim;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** The JSON of a safetensors header: objects, arrays, strings and whole numbers are all there is. */
final class StateHeader {
  private final String text;
  private int at;

  private StateHeader(String text) {
    this.text = text;
  }

  /**
   * Reads a header.
   *
   * @return name to value; a value is a {@code Map<?, ?>}, a {@code List<?>}, a {@code String} or a {@code Long}
   * @throws IOException if it is not such JSON; the message says where
   */
  static Map<String, Object> parse(String text) throws IOException {
    StateHeader header = new StateHeader(text);
    Map<String, Object> object = header.object(0);
    header.skipSpace();
    if (header.at != text.length()) {
      throw header.unexpected("the end");
    }
    return object;
  }

  /** A string as JSON. */
  static String quote(String text) {
    StringBuilder quoted = new StringBuilder("\"");
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (c == '"' || c == '\\') {
        quoted.append('\\').append(c);
      } else if (c < ' ') {
        quoted.append("\\u%04x".formatted((int) c));
      } else {
        quoted.append(c);
      }
    }
    return quoted.append('"').toString();
  }

  private Object value(int depth) throws IOException {
    skipSpace();
    char c = peek();
    if (c == '{') {
      return object(depth);
    } else if (c == '[') {
      return array(depth);
    } else if (c == '"') {
      return string();
    }
    int start = at;
    while (peek() == '-' || peek() >= '0' && peek() <= '9') {
      at++;
    }
    try {
      return Long.valueOf(text.substring(start, at));
    } catch (NumberFormatException e) {
      at = start;
      throw unexpected("a value");
    }
  }

  private Map<String, Object> object(int depth) throws IOException {
    if (depth > 4) {
      throw unexpected("less nesting");
    }
    Map<String, Object> members = new LinkedHashMap<>();
    expect('{');
    skipSpace();
    if (peek() == '}') {
      at++;
      return members;
    }
    do {
      String key = string();
      expect(':');
      if (members.put(key, value(depth + 1)) != null) {
        throw new IOException("\"" + key + "\" is there twice");
      }
    } while (goesOn('}'));
    return members;
  }

  private List<Object> array(int depth) throws IOException {
    List<Object> elements = new ArrayList<>();
    expect('[');
    skipSpace();
    if (peek() == ']') {
      at++;
      return elements;
    }
    do {
      elements.add(value(depth + 1));
    } while (goesOn(']'));
    return elements;
  }

  private boolean goesOn(char end) throws IOException {
    skipSpace();
    if (peek() == ',') {
      at++;
      return true;
    }
    expect(end);
    return false;
  }

  private String string() throws IOException {
    expect('"');
    StringBuilder string = new StringBuilder();
    while (peek() != '"') {
      char c = next();
      if (c == '\\') {
        c = escaped();
      }
      string.append(c);
    }
    at++;
    return string.toString();
  }

  private char escaped() throws IOException {
    char c = next();
    return switch (c) {
      case 'n' -> '\n';
      case 't' -> '\t';
      case 'r' -> '\r';
      case 'b' -> '\b';
      case 'f' -> '\f';
      case 'u' -> {
        try {
          yield (char) Integer.parseInt(text, at, at += 4, 16);
        } catch (NumberFormatException | IndexOutOfBoundsException e) {
          throw unexpected("four hexadecimal digits");
        }
      }
      case '"', '\\', '/' -> c;
      default -> throw unexpected("an escape");
    };
  }

  private void expect(char c) throws IOException {
    skipSpace();
    if (peek() != c) {
      throw unexpected("'" + c + "'");
    }
    at++;
  }

  private void skipSpace() {
    while (at < text.length() && text.charAt(at) <= ' ') {
      at++;
    }
  }

  private char peek() throws IOException {
    if (at >= text.length()) {
      throw unexpected("more");
    }
    return text.charAt(at);
  }

  private char next() throws IOException {
    char c = peek();
    at++;
    return c;
  }

  private IOException unexpected(String wanted) {
    return new IOException("header, character " + at + ": expected " + wanted);
  }
}
