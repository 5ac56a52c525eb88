package io.github.peccary.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.model.FoldIn;
import io.github.peccary.engine.recommend.ItemFilter;
import io.github.peccary.engine.recommend.Recommender;
import io.github.peccary.tools.serve.Service;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The examples of the README do what it says.
class ReadmeTest {
  private static final String USER = "7";
  private static final String ITEM = TwoTastes.isbn(8);

  @TempDir static Path folder;
  private static Path file;

  @BeforeAll
  static void train() {
    file = TwoTastes.model(folder, TwoTastes.ratings(folder));
  }

  /// The fenced blocks of a language, in order.
  private static List<String> blocks(String language) throws IOException {
    String readme = Files.readString(Path.of("..", "README.md"));
    return Pattern.compile("^```" + language + "\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL)
        .matcher(readme)
        .results()
        .map(block -> block.group(1))
        .toList();
  }

  /// What the statements print, in a JVM that has the engine and its JSON parser and nothing else.
  private static List<String> printed(String name, String statements)
      throws IOException, InterruptedException {
    String source =
        """
        import io.github.peccary.engine.model.*;
        import io.github.peccary.engine.recommend.*;
        import java.nio.file.Path;
        import java.util.List;

        class %s {
          public static void main(String[] args) throws Exception {
            %s
          }
        }
        """
            .formatted(
                name,
                statements
                    .replace("model.safetensors", file.toString())
                    .replace("11676", USER)
                    .replace("0345417623", ITEM));
    Path java = Files.writeString(folder.resolve(name + ".java"), source);
    String engine =
        Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
            .filter(
                entry ->
                    entry.contains("engine" + File.separator + "target")
                        || entry.contains("peccary-engine")
                        || entry.contains("jackson-"))
            .filter(entry -> !entry.endsWith("test-classes"))
            .collect(Collectors.joining(File.pathSeparator, folder + File.pathSeparator, ""));
    int compiled =
        ToolProvider.getSystemJavaCompiler()
            .run(null, null, null, "-proc:none", "-cp", engine, java.toString());
    assertThat(compiled).as(source).isZero();
    return output(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
        "--add-modules=jdk.incubator.vector",
        "--enable-native-access=ALL-UNNAMED",
        "-cp",
        engine,
        name);
  }

  /// The lines on standard output of a command that succeeds.
  private static List<String> output(String... command) throws IOException, InterruptedException {
    Path errors = folder.resolve("errors.txt");
    Process process = new ProcessBuilder(command).redirectError(errors.toFile()).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(Files.readString(errors)).isZero();
    return output.lines().toList();
  }

  @Test
  void theJavaExamplesRecommend() throws Exception {
    List<String> examples = blocks("java");
    assertThat(examples).hasSize(2);
    try (FactorModel model = FactorModel.open(file)) {
      Recommender recommender = new Recommender(model);
      String known = recommender.recommend(model.userIds().indexOf(USER), 10).toString();
      FoldIn reader = new FoldIn(model, new int[] {model.itemIds().indexOf(ITEM)}, new float[] {9});
      String folded = recommender.recommend(reader, 10, ItemFilter.unseen()).toString();
      assertThat(printed("OfModel", examples.getFirst())).containsExactly(known, folded);
      assertThat(printed("OfHolder", examples.getLast())).containsExactly(known);
    }
  }

  @Test
  void thePythonExamplePredicts() throws Exception {
    assumeTrue(
        isThere("python3", "-c", "import numpy"),
        "the Python example is run where there is python3 with numpy");
    List<String> examples = blocks("python");
    assertThat(examples).hasSize(1);
    Path script = Files.writeString(folder.resolve("predict.py"), examples.getFirst());
    List<String> lines = output("python3", script.toString(), file.toString(), USER, ITEM);
    try (FactorModel model = FactorModel.open(file)) {
      float expected = model.predict(model.userIds().indexOf(USER), model.itemIds().indexOf(ITEM));
      assertThat(Double.parseDouble(lines.getLast())).isCloseTo(expected, within(1e-5));
    }
  }

  @Test
  void theServiceAnswersTheLinesOfCurl() throws Exception {
    assumeTrue(isThere("curl", "--version"), "the lines of curl are run where there is curl");
    List<String> examples = blocks("sh");
    assertThat(examples).hasSize(1);
    List<String> lines = examples.getFirst().lines().toList();
    assertThat(lines).hasSizeGreaterThan(3).allMatch(line -> line.startsWith("curl '"));
    try (Service service = Serving.start(file)) {
      for (String line : lines) {
        String command =
            line.replace("http://127.0.0.1:8080", service.url())
                .replace("11676", USER)
                .replace("0345417623", ITEM)
                .replace("treehouse", "book");
        String answer = String.join("\n", output("sh", "-c", command + " --silent --fail"));
        Map<String, Object> fields = Json.parse(answer);
        assertThat(fields.get("items") instanceof List<?> items && !items.isEmpty())
            .as(command + answer)
            .isEqualTo(!fields.containsKey("score"));
      }
    }
  }

  private static boolean isThere(String... command) throws InterruptedException {
    try {
      return new ProcessBuilder(command)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start()
              .waitFor()
          == 0;
    } catch (IOException e) {
      return false;
    }
  }
}
