package io.github.peccary.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.assertj.core.api.InstanceOfAssertFactories;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;

/// The launcher, run by a shell on what was just packaged: in a copy of the project that holds no
/// more than the launcher looks at, in a folder with a blank in its name.
@EnabledOnOs({OS.LINUX, OS.MAC})
class LauncherIT {
  private static final Path PROJECT = Path.of("..").toAbsolutePath().normalize();

  @TempDir private static Path folder;
  private static Path home;
  private static Path model;
  private static Path ratings;

  @TempDir private Path work;

  @BeforeAll
  static void copyTheProject() throws IOException {
    home = folder.resolve("the project");
    for (String file : List.of("peccary", ".mvn/jdk", "tools/target/peccary.jar")) {
      copy(file);
    }
    try (Stream<Path> jars = Files.list(PROJECT.resolve("tools/target/lib"))) {
      for (Path jar : jars.toList()) {
        copy(PROJECT.relativize(jar).toString());
      }
    }
    for (String module : List.of("engine", "loader", "tools")) {
      Files.createDirectories(home.resolve(module).resolve("src/main"));
      Files.writeString(home.resolve(module).resolve("pom.xml"), "");
    }
    Files.writeString(home.resolve("pom.xml"), "");
    ratings = TwoTastes.ratings(folder);
    model = TwoTastes.model(folder, ratings);
  }

  private static void copy(String file) throws IOException {
    Files.createDirectories(home.resolve(file).getParent());
    Files.copy(PROJECT.resolve(file), home.resolve(file), StandardCopyOption.COPY_ATTRIBUTES);
  }

  /// The build is up to date, and there is no class cache to be made.
  @BeforeEach
  void everythingIsBuilt() throws IOException {
    touch("tools/target/built", "");
    touch("tools/target/peccary.jsa", "");
    touch("mvnw", "#!/bin/sh\necho the build must not run >&2\nexit 3\n");
  }

  private static void touch(String file, String text) throws IOException {
    Path path = Files.writeString(home.resolve(file), text);
    Files.setLastModifiedTime(path, FileTime.from(Instant.now().plusSeconds(10)));
    assertThat(path.toFile().setExecutable(true)).isTrue();
  }

  private record Result(int exitCode, String out, String err) {}

  private Result run(Map<String, String> environment, List<String> command)
      throws IOException, InterruptedException {
    Path out = work.resolve("out.txt");
    Path err = work.resolve("err.txt");
    Process process = start(environment, command, out, err);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
    return new Result(process.exitValue(), Files.readString(out), Files.readString(err));
  }

  private Process start(Map<String, String> environment, List<String> command, Path out, Path err)
      throws IOException {
    ProcessBuilder builder =
        new ProcessBuilder(command)
            .directory(work.toFile())
            .redirectOutput(out.toFile())
            .redirectError(err.toFile());
    builder.environment().remove("JAVA_TOOL_OPTIONS");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().putAll(environment);
    return builder.start();
  }

  private Result peccary(Object... args) throws IOException, InterruptedException {
    return run(Map.of(), command(args));
  }

  private static List<String> command(Object... args) {
    List<String> command = new ArrayList<>(List.of(home.resolve("peccary").toString()));
    Stream.of(args).map(Object::toString).forEach(command::add);
    return command;
  }

  @Test
  void theIncubatorWarningIsHidden() throws Exception {
    Result result = peccary("recommend", model, "--user", 2, "--json");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.err()).isEmpty();
    assertThat(Json.parse(result.out())).containsEntry("user", "2");
  }

  @Test
  void exitCodesAndSentencesArrive() throws Exception {
    Result refused = peccary("inspect", "none.safetensors");
    assertThat(refused.exitCode()).isEqualTo(1);
    assertThat(refused.out()).isEmpty();
    assertThat(refused.err()).startsWith("peccary: ").contains("none.safetensors").endsWith("\n");
    assertThat(refused.err().lines()).hasSize(1);
    Result usage = peccary("train", ratings, "--rank", 0);
    assertThat(usage.exitCode()).isEqualTo(2);
    assertThat(usage.err())
        .isEqualTo("peccary: rank must be from 1 to 65536: rank=0; see 'peccary train --help'\n");
  }

  @Test
  void argumentsArriveAsTheyAre() throws Exception {
    Result result = peccary("predict", model, "--user", "a  b*'\"$HOME\\é", "--item", "");
    assertThat(result.err()).contains("user=a  b*'\"$HOME\\é, users=40");
  }

  @Test
  void javaToolOptionsAreHonouredAndTheirNoticePassesThrough() throws Exception {
    for (String options : List.of("-Dsome=thing", "-XX:+UseParallelGC", "-Xmx200m -Xms8m")) {
      Result result = run(Map.of("JAVA_TOOL_OPTIONS", options), command("--version"));
      assertThat(result.exitCode()).as(result.err()).isZero();
      assertThat(result.out()).startsWith("peccary ");
      assertThat(result.err()).isEqualTo("Picked up JAVA_TOOL_OPTIONS: " + options + "\n");
    }
    Result wrong = run(Map.of("JAVA_TOOL_OPTIONS", "-XX:NoSuchFlag=1"), command("--version"));
    assertThat(wrong.exitCode()).isEqualTo(1);
    Path err = work.resolve("err.txt"); // a JVM that never ran does not wait until it is written
    for (int i = 0; i < 500 && !Files.readString(err).contains("NoSuchFlag"); i++) {
      Thread.sleep(20);
    }
    assertThat(err).content().contains("NoSuchFlag");
  }

  @Test
  void aSymbolicLinkWillDo() throws Exception {
    Path link = Files.createSymbolicLink(work.resolve("pec"), home.resolve("peccary"));
    Result result = run(Map.of(), List.of(link.toString(), "--version"));
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).startsWith("peccary ");
  }

  @Test
  void theProcessIsTheJvmAndDiesOfSignals() throws Exception {
    Path output = work.resolve("books.db");
    Process process =
        start(Map.of(), command("generate", "-o", output), work.resolve("o"), work.resolve("e"));
    for (int i = 0; i < 500 && !isJava(process); i++) {
      Thread.sleep(10);
    }
    assertThat(isJava(process)).isTrue();
    process.destroy();
    assertThat(process.waitFor()).isEqualTo(128 + 15);
    assertThat(output).doesNotExist();
  }

  private static boolean isJava(Process process) {
    return process.info().command().filter(path -> path.endsWith("java")).isPresent();
  }

  @Test
  void aReaderThatHasReadEnoughIsNoError() throws Exception {
    String pipe = "\"$0\" inspect \"$1\" | head -n 1";
    Result result =
        run(Map.of(), List.of("sh", "-c", pipe, home.resolve("peccary").toString(), model + ""));
    assertThat(result.exitCode()).isZero();
    assertThat(result.out()).startsWith(model + ": a valid model file");
    assertThat(result.err()).isEmpty();
  }

  @Test
  void standardOutputThatCannotBeWrittenIsAnError() throws Exception {
    assumeThat(Path.of("/dev/full")).exists();
    Result result =
        run(
            Map.of(),
            List.of("sh", "-c", "\"$0\" --version >/dev/full", home.resolve("peccary").toString()));
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err()).startsWith("peccary: ").contains("No space left on device");
  }

  @Test
  void aFullDiskLeavesTheOldModel() throws Exception {
    Path output = Files.writeString(work.resolve("model.safetensors"), "old");
    String limited = "ulimit -f 16; exec \"$0\" train \"$1\" -o \"$2\"";
    Result result =
        run(
            Map.of("JAVA_TOOL_OPTIONS", "-XX:-UsePerfData"),
            List.of("sh", "-c", limited, home.resolve("peccary") + "", ratings + "", output + ""));
    assertThat(result.exitCode()).as(result.err()).isEqualTo(1);
    assertThat(result.err())
        .contains("peccary: ", "model.safetensors: the output cannot be written");
    assertThat(output).hasContent("old");
    try (Stream<Path> files = Files.list(work)) {
      assertThat(files.filter(file -> file.toString().endsWith(".tmp"))).isEmpty();
    }
  }

  @Test
  void aSpoiltClassCacheIsPassedOverInSilence() throws Exception {
    touch("tools/target/peccary.jsa", "no cache at all");
    Result result = peccary("--version");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).matches("peccary .*\nJava .*\n");
    assertThat(result.err()).isEmpty();
  }

  @Test
  void theFirstRunMakesTheClassCache() throws Exception {
    Files.delete(home.resolve("tools/target/peccary.jsa"));
    Result result = peccary("--version");
    assertThat(result.exitCode()).as(result.err()).isZero();
    assertThat(result.out()).matches("peccary .*\nJava .*\n");
    assertThat(result.err()).isEmpty();
    assertThat(home.resolve("tools/target/peccary.jsa"))
        .content(StandardCharsets.ISO_8859_1)
        .contains("io/github/peccary/tools/command/TrainCommand")
        .contains("io/github/peccary/tools/serve/Service");
    assertThat(peccary("--version")).isEqualTo(result);
  }

  @Test
  void aNewerLibraryMakesTheClassCacheAnew() throws Exception {
    Path library;
    try (Stream<Path> libraries = Files.list(home.resolve("tools/target/lib"))) {
      library = libraries.findFirst().orElseThrow();
    }
    FileTime before = Files.getLastModifiedTime(library);
    Files.setLastModifiedTime(library, FileTime.from(Instant.now().plusSeconds(20)));
    try {
      assertThat(peccary("--version").exitCode()).isZero();
      assertThat(home.resolve("tools/target/peccary.jsa")).isNotEmptyFile();
    } finally {
      Files.setLastModifiedTime(library, before);
    }
  }

  @Test
  void withoutFusedMultiplyAddThereIsOneSentence() throws Exception {
    Path output = work.resolve("model.safetensors");
    Result result =
        run(
            Map.of("JAVA_TOOL_OPTIONS", "-XX:-UseFMA"),
            command("train", ratings, "-o", output.toString()));
    assertThat(result.exitCode()).isEqualTo(1);
    assertThat(result.err().lines())
        .hasSize(2)
        .last(InstanceOfAssertFactories.STRING)
        .startsWith("peccary: the processor must have fused multiply-add in hardware: ");
    assertThat(output).doesNotExist();
  }

  @Test
  void aNewerSourceIsBuiltFirst() throws Exception {
    Path source = home.resolve("engine/src/main/New.java");
    Files.writeString(source, "");
    Files.setLastModifiedTime(source, FileTime.from(Instant.now().plusSeconds(20)));
    touch("mvnw", "#!/bin/sh\necho \"$PWD $*\" >&2\n");
    try {
      Result result = peccary("--version");
      assertThat(result.exitCode()).as(result.err()).isZero();
      assertThat(result.err())
          .isEqualTo(
              "peccary: building, once, about a minute ...\n"
                  + home.toRealPath()
                  + " -q -DskipTests -Dspotless.check.skip -pl tools -am package\n");
      assertThat(result.out()).startsWith("peccary ");

      touch("mvnw", "#!/bin/sh\necho what the compiler says >&2\nexit 1\n");
      Result failed = peccary("--version");
      assertThat(failed.exitCode()).isEqualTo(1);
      assertThat(failed.out()).isEmpty();
      assertThat(failed.err())
          .contains("what the compiler says\n", "peccary: the build must succeed first");
    } finally {
      Files.delete(source);
    }
  }

  @Test
  void withoutAJdkThereIsOneSentence() throws Exception {
    Path jdk = home.resolve(".mvn/jdk");
    String found = Files.readString(jdk);
    try {
      Files.writeString(jdk, found.replaceFirst("(?m)^wanted=.*$", "wanted=999"));
      Result result = peccary("--version");
      assertThat(result.exitCode()).isEqualTo(1);
      assertThat(result.out()).isEmpty();
      assertThat(result.err().lines()).hasSize(1);
      assertThat(result.err())
          .startsWith("peccary: a JDK 999 or newer must be installed, JAVA_HOME=")
          .contains("https://adoptium.net");
    } finally {
      Files.writeString(jdk, found);
    }
  }
}
