/** Who is asked besides the backends of this project: implementations by others, found on this machine and called as they are. */
@NullMarked
package io.github.fp4j.conformance.subject;

import org.jspecify.annotations.NullMarked;
