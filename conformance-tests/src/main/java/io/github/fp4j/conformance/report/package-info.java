/** What a run found, for the console, for programs (JSON), for CI servers (JUnit XML) and for people (HTML). */
@NullMarked
package io.github.fp4j.conformance.report;

import org.jspecify.annotations.NullMarked;
