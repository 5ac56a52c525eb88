package io.github.peccary.engine.train;

import jdk.jfr.Category;
import jdk.jfr.Description;
import jdk.jfr.Enabled;
import jdk.jfr.Event;
import jdk.jfr.Label;
import jdk.jfr.Name;
import jdk.jfr.StackTrace;

/// What a recording (`-XX:StartFlightRecording`) tells of a training. To be used only where
/// recording is possible: loading an event class elsewhere costs a tenth of a second.
final class TrainingEvents {
  private TrainingEvents() {}

  /// The updates of an epoch.
  @Name("peccary.Epoch")
  @Label("Epoch")
  @Category("Peccary")
  @StackTrace(false)
  static final class Epoch extends Event {
    @Label("Number")
    int number;

    @Label("Ratings")
    long ratings;

    @Label("Training RMSE")
    @Description("Each error as it was before its update")
    double trainRmse;
  }

  /// The updates of a tile. There are a thousand in an epoch: off, unless the settings turn it on.
  @Name("peccary.Tile")
  @Label("Tile")
  @Category("Peccary")
  @Enabled(false)
  @StackTrace(false)
  static final class Tile extends Event {
    @Label("Tile")
    int tile;

    @Label("Worker")
    int worker;

    @Label("Ratings")
    long ratings;
  }
}
