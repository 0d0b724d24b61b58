/**
 * Native libraries as backends, without JNI.
 *
 * <p>Any shared library that exports the C ABI of {@code fp4j/fp4j.h} is a {@link io.github.fp4j.bridge.NativeLibraryBackend}; two of them, {@code host} and
 * {@code nvidia-headers}, come with fp4j where its build found a C++ compiler and NVIDIA's headers. {@link io.github.fp4j.bridge.NativeLibraries} tells what was
 * looked for and where. A missing library is an answer, never a failure: nothing here throws while a class is initialised.
 *
 * <p>Needs {@code --enable-native-access=io.github.fp4j.bridge} (or {@code ALL-UNNAMED} on the class path); without it the JVM warns.
 */
@NullMarked
package io.github.fp4j.bridge;

import org.jspecify.annotations.NullMarked;
