package io.github.fp4j.conformance.judge;

/**
 * One case that came out wrong, in words a person can check by hand.
 *
 * @param verdict how it differs
 * @param input the operand: bits and value
 * @param expected what must come out: bits and value
 * @param actual what came out: bits and value
 */
public record Mismatch(Verdict verdict, String input, String expected, String actual) {}
