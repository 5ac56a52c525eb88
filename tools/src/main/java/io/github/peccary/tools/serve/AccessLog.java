package io.github.peccary.tools.serve;

/// Is told of every request when it has been answered.
@FunctionalInterface
interface AccessLog {
  /// One request has been answered.
  ///
  /// @param path as it was sent
  /// @param bytes of the answer's body
  void answered(String method, String path, int status, long bytes, long microseconds);
}
