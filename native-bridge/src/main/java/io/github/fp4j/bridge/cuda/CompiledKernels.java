package io.github.fp4j.bridge.cuda;

import java.util.List;

/** {@link KernelImages} that NVRTC compiles from the packaged sources for the device at hand, once: they are kept in a cache. */
final class CompiledKernels implements KernelImages {
  private static final List<String> OPTIONS = List.of("-std=c++17", "--fmad=false"); // fused only where the source says so, as in the prebuilt fatbins

  private final Nvrtc nvrtc;
  private final CubinCache cache;
  private final KernelList list;

  CompiledKernels(Nvrtc nvrtc, CubinCache cache, KernelList list) {
    this.nvrtc = nvrtc;
    this.cache = cache;
    this.list = list;
  }

  @Override
  public byte[] image(String file, ComputeCapability device) {
    return cache.compile(nvrtc, list.source(file), device.architecture(), OPTIONS);
  }

  @Override
  public String description() {
    return "by NVRTC " + nvrtc.version();
  }
}
