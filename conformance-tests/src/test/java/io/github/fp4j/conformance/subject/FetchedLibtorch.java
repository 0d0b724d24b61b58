package io.github.fp4j.conformance.subject;

import static org.junit.jupiter.api.Assumptions.abort;

import java.nio.file.Path;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.ExtensionContext;

/** Lets tests find the libtorch that was fetched into the repository. */
final class FetchedLibtorch implements BeforeAllCallback, AfterAllCallback {
  @Override
  public void beforeAll(ExtensionContext context) {
    System.setProperty(PeerLibrary.HOME_PROPERTY, Path.of("..").toAbsolutePath().normalize().toString());
  }

  @Override
  public void afterAll(ExtensionContext context) {
    System.clearProperty(PeerLibrary.HOME_PROPERTY);
  }

  /** Its functions; a test that cannot have them is skipped, with the reason. */
  static Libtorch.Functions functions() {
    return switch (Libtorch.find()) {
      case Libtorch.Missing(String reason) -> abort(reason);
      case Libtorch.Found(Libtorch.Functions found) -> found;
    };
  }
}
