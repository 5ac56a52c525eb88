package io.github.peccary.bench;

/// The arguments that the launcher starts a JVM with, for the benchmarks' forks.
final class JvmArgs {
  static final String VECTORS = "--add-modules=jdk.incubator.vector";
  static final String NATIVE_ACCESS = "--enable-native-access=ALL-UNNAMED";

  /// High enough to unroll a product of rows, whatever the width of vectors.
  static final String UNROLLING = "-XX:LoopUnrollLimit=300";

  private JvmArgs() {}
}
