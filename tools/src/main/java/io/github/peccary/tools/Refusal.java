package io.github.peccary.tools;

import java.util.Map;

/// A command that was understood but cannot be carried out: one sentence, exit code 1.
public final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1;
  private final transient Map<String, ?> fields;

  public Refusal(String sentence) {
    this(sentence, Map.of());
  }

  /// With fields for the JSON object beside the sentence.
  public Refusal(String sentence, Map<String, ?> fields) {
    super(sentence);
    this.fields = fields;
  }

  public Map<String, ?> fields() {
    return fields;
  }
}
