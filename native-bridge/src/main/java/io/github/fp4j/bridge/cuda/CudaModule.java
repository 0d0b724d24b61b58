package io.github.fp4j.bridge.cuda;

import io.github.fp4j.bridge.internal.Lifetime;
import io.github.fp4j.bridge.internal.sys.DriverApi;
import io.github.fp4j.bridge.internal.sys.NativeFunction;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.function.Function;

/**
 * Code on the device: a cubin, a fatbin, or PTX that the driver compiles.
 *
 * <p>{@link #load} makes a module of one context ({@code cuModuleLoadDataEx}), {@link #loadLazily} a library whose kernels the driver loads into a context when they
 * are first asked for ({@code cuLibraryLoadData}). Both give the same kernels.
 */
public final class CudaModule implements AutoCloseable {
  private final CudaContext context;
  private final Lifetime lifetime;
  private final Function<String, MemorySegment> finder;
  private final String log;

  private CudaModule(CudaContext context, MemorySegment handle, NativeFunction unload, Function<String, MemorySegment> finder, String log) {
    this.context = context;
    this.finder = finder;
    this.log = log;
    this.lifetime = new Lifetime(this, "CudaModule", context.destroying(unload, handle), context.lifetime);
  }

  private interface Loader {
    MemorySegment load(MemorySegment image, JitLog log);
  }

  /**
   * Loads an image into a context.
   *
   * @throws ModuleLoadException with the log of the driver's compiler; {@link CudaException#NO_BINARY_FOR_GPU} if it holds nothing for this device
   */
  public static CudaModule load(CudaContext context, byte[] image) {
    DriverApi api = context.api();
    return load(
        context,
        image,
        api.moduleUnload,
        (code, log) -> context.handle(api.moduleLoadDataEx, code, log.count(), log.options(), log.values()),
        module -> name -> context.handle(api.moduleGetFunction, module, name(name)));
  }

  /** Loads an image as a library: each kernel comes into the context when it is first asked for. */
  public static CudaModule loadLazily(CudaContext context, byte[] image) {
    DriverApi api = context.api();
    return load(
        context,
        image,
        api.libraryUnload,
        (code, log) ->
            context.handle(api.libraryLoadData, code, log.options(), log.values(), log.count(), MemorySegment.NULL, MemorySegment.NULL, 0),
        library -> name -> context.handle(api.kernelGetFunction, context.handle(api.libraryGetKernel, library, name(name))));
  }

  private static CudaModule load(
      CudaContext context, byte[] image, NativeFunction unload, Loader loader, Function<MemorySegment, Function<String, MemorySegment>> finders) {
    if (image.length == 0) {
      throw new IllegalArgumentException("image has 0 bytes: expected a cubin, a fatbin or PTX");
    }
    try (Arena scratch = Arena.ofConfined()) {
      MemorySegment code = scratch.allocate(image.length + 1L, 8).copyFrom(MemorySegment.ofArray(image)); // PTX ends with a NUL
      JitLog log = new JitLog(scratch);
      try {
        MemorySegment handle = loader.load(code, log);
        return new CudaModule(context, handle, unload, finders.apply(handle), log.text());
      } catch (CudaException e) {
        throw new ModuleLoadException(e, log.text());
      }
    }
  }

  private static MemorySegment name(String name) {
    return Arena.ofAuto().allocateFrom(name);
  }

  /** What the driver's compiler said while loading; empty if nothing. */
  public String log() {
    return log;
  }

  /** The context. */
  public CudaContext context() {
    return context;
  }

  Lifetime lifetime() {
    return lifetime;
  }

  /**
   * A kernel.
   *
   * @param name as the image exports it: {@code extern "C"}, or mangled
   * @throws CudaException {@link CudaException#NOT_FOUND} if it has none of this name
   */
  public CudaKernel kernel(String name) {
    lifetime.enter();
    try {
      return new CudaKernel(this, name, finder.apply(name));
    } finally {
      lifetime.exit();
    }
  }

  @Override
  public void close() {
    lifetime.close();
  }
}
