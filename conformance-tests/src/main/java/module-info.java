/** The judge: suites, subjects, verdicts, reports and the command line. */
@SuppressWarnings("requires-automatic") // JMH has no module descriptor
module io.github.fp4j.conformance {
  requires com.samskivert.jmustache;
  requires info.picocli;
  requires io.github.fp4j.bridge;
  requires transitive io.github.fp4j.formats;
  requires transitive io.github.fp4j.simd;
  requires java.management; // what JMH needs of the JDK, and cannot say for itself
  requires java.xml;
  requires jdk.incubator.vector;
  requires jdk.unsupported; // JMH
  requires jmh.core;
  requires me.tongfei.progressbar;
  requires static transitive org.jspecify;
  requires tools.jackson.databind;
  requires tools.jackson.dataformat.yaml;

  exports io.github.fp4j.conformance.checkpoint;
  exports io.github.fp4j.conformance.diagnosis;
  exports io.github.fp4j.conformance.fingerprint;
  exports io.github.fp4j.conformance.judge;
  exports io.github.fp4j.conformance.mutants;
  exports io.github.fp4j.conformance.report;
  exports io.github.fp4j.conformance.subject;
  exports io.github.fp4j.conformance.suite;
  exports io.github.fp4j.conformance.tensorfile;
  exports io.github.fp4j.conformance.vectors;

  opens io.github.fp4j.conformance.bench to
      jmh.core;
  opens io.github.fp4j.conformance.cli to
      info.picocli;
  opens io.github.fp4j.conformance.diagnosis to
      tools.jackson.databind,
      com.samskivert.jmustache;
  opens io.github.fp4j.conformance.judge to
      tools.jackson.databind,
      com.samskivert.jmustache;
  opens io.github.fp4j.conformance.mutants to
      tools.jackson.databind;
  opens io.github.fp4j.conformance.report to
      tools.jackson.databind,
      com.samskivert.jmustache;
  opens io.github.fp4j.conformance.subject to
      tools.jackson.databind,
      com.samskivert.jmustache;

  provides io.github.fp4j.backend.BackendProvider with
      io.github.fp4j.conformance.subject.PeerProvider;
}
