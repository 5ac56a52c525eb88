package io.github.peccary.engine.storage;

import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Writes a megabyte in a process of its own, which may be held short of disk or end too early.
final class WriterProcess {

  static final int BYTES = 1 << 20;

  private WriterProcess() {}

  /// Writes to `args[0]`; with `halt` as `args[1]` it ends without a goodbye when all is written
  /// and not yet renamed.
  public static void main(String[] args) throws IOException {
    try (var writer =
        TensorFileWriter.create(
            Path.of(args[0]),
            Map.of(TensorFile.KIND, "test"),
            List.of(TensorSpec.of("bytes", ElementType.U8, BYTES)))) {
      writer.append("bytes", MemorySegment.ofArray(new byte[BYTES]));
      writer.commit(
          file -> {
            if (args[1].equals("halt")) {
              Runtime.getRuntime().halt(9);
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
    List<String> command = new ArrayList<>();
    command.addAll(List.of("sh", "-c", "ulimit -f " + fileBlocks + " && exec \"$@\"", "sh"));
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(List.of("-XX:-UsePerfData", "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"));
    command.addAll(List.of("-cp", System.getProperty("java.class.path")));
    command.addAll(List.of(WriterProcess.class.getName(), target.toString(), how));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    process.waitFor();
    return output;
  }
}
