package io.github.peccary.engine.train;

/// Training left the finite numbers again and again, although its learning rate was halved each
/// time.
public final class TrainingDivergedException extends RuntimeException {
  private static final long serialVersionUID = 1;

  TrainingDivergedException(double learningRate, int epoch) {
    super(
        "the errors must stay finite and not grow: learningRate=%s, epoch=%d; choose a smaller"
                .formatted(learningRate, epoch)
            + " --learning-rate or --l2, or look for extreme values in the ratings");
  }

  TrainingDivergedException(String sentence) {
    super(sentence);
  }
}
