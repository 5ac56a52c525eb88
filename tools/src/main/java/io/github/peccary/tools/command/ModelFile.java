package io.github.peccary.tools.command;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.nio.file.Path;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// The model that a command reads.
final class ModelFile {
  @Parameters(index = "0", paramLabel = "MODEL", description = "A model file, as train writes it.")
  private Path path;

  @Option(
      names = "--skip-checksums",
      description = "Check sizes and structure of the model only: it opens sooner.")
  private boolean skipChecksums;

  Path path() {
    return path;
  }

  Verify verify() {
    return skipChecksums ? Verify.STRUCTURE : Verify.CHECKSUMS;
  }

  FactorModel open() throws IOException {
    return FactorModel.open(path, verify());
  }
}
