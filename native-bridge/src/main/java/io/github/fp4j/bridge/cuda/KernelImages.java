package io.github.fp4j.bridge.cuda;

import io.github.fp4j.bridge.Discovery;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;

/** Where the device code of the kernels comes from. */
interface KernelImages {

  /** The image of {@code kernels/<file>.cu} for a device: a cubin or a fatbin. */
  byte[] image(String file, ComputeCapability device);

  /** Where they come from, for a backend's description. */
  String description();

  /** Prebuilt fatbins where they are and belong to this jar's sources, else NVRTC. Never throws. */
  static Discovery<KernelImages> find() {
    try {
      return find(new KernelList(), Nvrtc::find);
    } catch (IllegalStateException e) {
      return new Discovery.Unavailable<>("no kernels for the device: " + e.getMessage(), List.of());
    }
  }

  /** The same with NVRTC from elsewhere. */
  static Discovery<KernelImages> find(KernelList list, Supplier<Discovery<Nvrtc>> compiler) {
    return switch (PrebuiltKernels.find(list)) {
      case Discovery.Found<PrebuiltKernels>(PrebuiltKernels kernels, String path, List<String> tried) -> new Discovery.Found<>(kernels, path, tried);
      case Discovery.Unavailable<PrebuiltKernels>(String noFatbins, List<String> places) -> {
        List<String> tried = new ArrayList<>(places);
        Discovery<Nvrtc> nvrtc = compiler.get();
        tried.addAll(nvrtc.tried());
        yield switch (nvrtc) {
          case Discovery.Unavailable<Nvrtc>(String reason, List<String> others) ->
              new Discovery.Unavailable<>("no kernels for the device: " + noFatbins + "; and no NVRTC to compile them: " + reason, tried);
          case Discovery.Found<Nvrtc>(Nvrtc library, String path, List<String> others) ->
              new Discovery.Found<>(new CompiledKernels(library, CubinCache.ofUser(), list), path, tried);
        };
      }
    };
  }
}
