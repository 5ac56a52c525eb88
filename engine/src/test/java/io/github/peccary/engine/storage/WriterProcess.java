package io.github.peccary.engine.storage;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Writes a megabyte in a process of its own, which may be held short of disk, end too early, or
/// wait.
final class WriterProcess {

  static final int BYTES = 1 << 20;

  private WriterProcess() {}

  /// Writes to `args[0]`. When all is written, checked and not yet renamed, it ends without a
  /// goodbye if `args[1]` is `halt`, and if it is `wait` it prints a line and goes on after one
  /// from outside.
  public static void main(String[] args) throws IOException {
    try (var writer =
        TensorFileWriter.create(
            Path.of(args[0]),
            Map.of(TensorFile.KIND, "test"),
            List.of(TensorSpec.of("bytes", ElementType.U8, BYTES)))) {
      writer.append("bytes", MemorySegment.ofArray(new byte[BYTES]));
      writer.commit(
          file -> {
            TensorFile.open(file, Verify.CHECKSUMS).close();
            if (args[1].equals("halt")) {
              Runtime.getRuntime().halt(9);
            }
            if (args[1].equals("wait")) {
              System.out.println("written");
              int _ = System.in.read();
            }
          });
    } catch (IOException e) {
      System.out.print(e.getMessage());
    }
  }

  /// Runs it and gives back what it printed.
  ///
  /// @param fileBlocks the largest file that it may write, in the shell's blocks of 512 or 1024
  ///     bytes
  static String run(Path target, String how, String fileBlocks) throws Exception {
    Process process = start(target, how, fileBlocks);
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }

  /// Starts it; the process is that of the writer itself.
  static Process start(Path target, String how, String fileBlocks) throws IOException {
    List<String> command = new ArrayList<>();
    command.addAll(List.of("sh", "-c", "ulimit -f " + fileBlocks + " && exec \"$@\"", "sh"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:-UsePerfData", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(WriterProcess.class.getName(), target.toString(), how));
    return new ProcessBuilder(command).redirectErrorStream(true).start();
  }
}
