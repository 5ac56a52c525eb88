package io.github.peccary.loader;

import java.io.IOException;

/// A load that was refused. The message is one sentence for the person who asked for it: what must
/// hold, what was found, what to do.
public final class LoaderException extends IOException {
  private static final long serialVersionUID = 1L;

  LoaderException(String sentence) {
    super(sentence);
  }

  LoaderException(String sentence, Throwable cause) {
    super(sentence, cause);
  }
}
