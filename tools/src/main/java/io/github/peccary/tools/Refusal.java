package io.github.peccary.tools;

import java.util.Map;

/// A command that was understood but cannot be carried out: one sentence, exit code 1.
public final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final transient Map<String, ?> fields;

  public Refusal(String sentence) {
    super(sentence);
    this.fields = Map.of();
  }

  /// The sentence of `cause`, with fields for the JSON object beside it.
  public Refusal(Throwable cause, Map<String, ?> fields) {
    super(Failures.sentence(cause), cause);
    this.fields = fields;
  }

  public Map<String, ?> fields() {
    return fields;
  }
}
