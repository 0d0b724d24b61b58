package io.github.fp4j.bridge.cuda;

import io.github.fp4j.bridge.Discovery;
import java.util.ArrayList;
import java.util.List;

/** Where the device code of the kernels comes from. */
interface KernelImages {

  /** The image of {@code kernels/<file>.cu} for a device: a cubin or a fatbin. */
  byte[] image(String file, ComputeCapability device);

  /** Where they come from, for a backend's description. */
  String description();

  /** Prebuilt fatbins where they are and belong to this jar's sources, else NVRTC. Never throws. */
  static Discovery<KernelImages> find() {
    KernelList list = new KernelList();
    Discovery<PrebuiltKernels> prebuilt = PrebuiltKernels.find(list);
    List<String> tried = new ArrayList<>(prebuilt.tried());
    if (prebuilt instanceof Discovery.Found<PrebuiltKernels>(PrebuiltKernels kernels, String path, List<String> places)) {
      return new Discovery.Found<>(kernels, path, tried);
    }
    String noFatbins = prebuilt instanceof Discovery.Unavailable<PrebuiltKernels>(String reason, List<String> places) ? reason : "";
    Discovery<Nvrtc> nvrtc = Nvrtc.find();
    tried.addAll(nvrtc.tried());
    return switch (nvrtc) {
      case Discovery.Unavailable<Nvrtc>(String reason, List<String> places) ->
          new Discovery.Unavailable<>("no kernels for the device: " + noFatbins + "; and no NVRTC to compile them: " + reason, tried);
      case Discovery.Found<Nvrtc>(Nvrtc library, String path, List<String> places) ->
          new Discovery.Found<>(new CompiledKernels(library, CubinCache.ofUser(), list), path, tried);
    };
  }
}
