/** The lowest floor: finding and opening libraries, and raw downcalls with the headers' own numbers and result codes. */
@NullMarked
package io.github.fp4j.bridge.internal.sys;

import org.jspecify.annotations.NullMarked;
