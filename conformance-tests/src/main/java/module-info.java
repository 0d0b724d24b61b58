/** The judge: suites, subjects, verdicts, reports and the command line. */
module io.github.fp4j.conformance {
  requires info.picocli;
  requires io.github.fp4j.bridge;
  requires io.github.fp4j.formats;
  requires static transitive org.jspecify;
  requires tools.jackson.core;

  exports io.github.fp4j.conformance.tensorfile;

  opens io.github.fp4j.conformance.cli to
      info.picocli;
}
