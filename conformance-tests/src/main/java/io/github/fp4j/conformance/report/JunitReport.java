package io.github.fp4j.conformance.report;

import io.github.fp4j.conformance.judge.ClassResult;
import io.github.fp4j.conformance.judge.Mismatch;
import java.io.StringWriter;
import java.util.List;
import java.util.Locale;
import javax.xml.stream.XMLOutputFactory;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamWriter;

/** A run as JUnit XML: a test suite per subject, a test case per coverage class. Unsupported and not-run classes are skipped with their reason. */
final class JunitReport {
  private JunitReport() {}

  static String of(RunReport report) throws XMLStreamException {
    StringWriter text = new StringWriter();
    XMLStreamWriter xml = XMLOutputFactory.newDefaultFactory().createXMLStreamWriter(text);
    xml.writeStartDocument("UTF-8", "1.0");
    xml.writeStartElement("testsuites");
    xml.writeAttribute("name", "fp4j conform, level " + report.level());
    for (RunReport.Subject subject : report.subjects()) {
      suite(xml, subject.name(), report.results().stream().filter(result -> result.subject().equals(subject.name())).toList());
    }
    xml.writeEndElement();
    xml.writeEndDocument();
    xml.close();
    return text.toString();
  }

  private static void suite(XMLStreamWriter xml, String subject, List<ClassResult> results) throws XMLStreamException {
    xml.writeStartElement("testsuite");
    xml.writeAttribute("name", subject);
    xml.writeAttribute("tests", Integer.toString(results.size()));
    xml.writeAttribute("failures", count(results, "failure"));
    xml.writeAttribute("errors", count(results, "error"));
    xml.writeAttribute("skipped", count(results, "skipped"));
    for (ClassResult result : results) {
      xml.writeStartElement("testcase");
      xml.writeAttribute("classname", subject + "." + result.suite());
      xml.writeAttribute("name", result.id());
      xml.writeAttribute("time", String.format(Locale.ROOT, "%.3f", result.seconds()));
      String element = element(result);
      if (!element.isEmpty()) {
        xml.writeStartElement(element);
        xml.writeAttribute("message", result.verdict() + (result.reason().isEmpty() ? "" : ": " + result.reason()));
        xml.writeCharacters(details(result));
        xml.writeEndElement();
      }
      xml.writeEndElement();
    }
    xml.writeEndElement();
  }

  private static String count(List<ClassResult> results, String element) {
    return Long.toString(results.stream().filter(result -> element(result).equals(element)).count());
  }

  private static String element(ClassResult result) {
    return switch (result.verdict()) {
      case PASS, ALLOWED -> "";
      case UNSUPPORTED, NOT_RUN -> "skipped";
      case INCOMPLETE, CRASH -> "error";
      case ZERO_SIGN, NAN_PAYLOAD, MISMATCH -> "failure";
    };
  }

  private static String details(ClassResult result) {
    StringBuilder lines = new StringBuilder();
    for (Mismatch mismatch : result.mismatches()) {
      lines.append("%s: expected %s, got %s%n".formatted(mismatch.input(), mismatch.expected(), mismatch.actual()));
    }
    return lines.toString();
  }
}
