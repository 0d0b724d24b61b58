package io.github.fp4j.conformance.diagnosis;

import java.util.List;
import java.util.TreeSet;

/**
 * A case as Java: the same statements for jshell and for a JUnit test.
 *
 * @param imports classes that the statements use
 * @param statements what computes {@code String actual}, the outputs in hexadecimal
 * @param expected what it must be
 */
record JavaCase(List<String> imports, List<String> statements, String expected) {

  /** Imports, statements, and a line that prints both. */
  String snippet() {
    StringBuilder text = new StringBuilder(importLines(imports));
    statements.forEach(statement -> text.append(statement).append('\n'));
    return text.append("System.out.println(\"is \" + actual + \", must be ").append(expected).append("\");\n").toString();
  }

  /** A whole test class of the default package. */
  String test() {
    TreeSet<String> all = new TreeSet<>(imports);
    all.add("org.junit.jupiter.api.Test");
    StringBuilder text = new StringBuilder("import static org.junit.jupiter.api.Assertions.assertEquals;\n\n" + importLines(List.copyOf(all)));
    text.append("\nclass ReproductionTest {\n  @Test\n  void mustBeRight() {\n");
    statements.forEach(statement -> text.append("    ").append(statement).append('\n'));
    return text.append("    assertEquals(\"").append(expected).append("\", actual);\n  }\n}\n").toString();
  }

  private static String importLines(List<String> names) {
    StringBuilder text = new StringBuilder();
    new TreeSet<>(names).forEach(name -> text.append("import ").append(name).append(";\n"));
    return text.toString();
  }
}
