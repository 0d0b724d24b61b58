package io.github.fp4j.conformance.report;

import com.samskivert.mustache.Mustache;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;

/** One self-contained HTML page from a template; {@code {{{style}}}} is the style sheet that all pages share. */
final class Page {
  private Page() {}

  static String of(String template, Map<String, Object> values) throws IOException {
    Map<String, Object> all = new HashMap<>(values);
    all.put("style", resource("style.css"));
    return Mustache.compiler().compile(resource(template)).execute(all);
  }

  static String resource(String name) throws IOException {
    try (InputStream in = Page.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IOException("resource " + name + " is missing from the application");
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
