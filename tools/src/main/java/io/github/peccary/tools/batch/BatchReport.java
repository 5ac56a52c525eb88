package io.github.peccary.tools.batch;

/// How a run ended.
///
/// @param users of the model
/// @param done users that are in the output, or in its part
/// @param resumed those of them that an earlier run has done
/// @param rows recommended items of all users done
/// @param seconds that this run took
public record BatchReport(int users, int done, int resumed, long rows, double seconds) {
  /// Whether the output is there.
  public boolean complete() {
    return done == users;
  }

  /// Users a second in this run.
  public double usersPerSecond() {
    return (done - resumed) / seconds;
  }
}
