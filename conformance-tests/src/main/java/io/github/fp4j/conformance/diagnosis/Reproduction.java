package io.github.fp4j.conformance.diagnosis;

/**
 * How to see a mismatch again.
 *
 * @param title the case in words
 * @param command one line for a shell
 * @param snippet Java statements for jshell or a main method
 * @param test a complete JUnit test class
 */
public record Reproduction(String title, String command, String snippet, String test) {}
