package io.github.peccary.tools.rules;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.source.tree.CompilationUnitTree;
import com.sun.source.tree.LineMap;
import com.sun.source.tree.MethodTree;
import com.sun.source.util.JavacTask;
import com.sun.source.util.TreePathScanner;
import com.sun.source.util.Trees;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import javax.tools.JavaCompiler;
import javax.tools.StandardJavaFileManager;
import javax.tools.ToolProvider;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Rules of the house that neither the compiler nor the formatter checks.
class TidyTest {
  private static final int MAX_FILE_LINES = 400;
  /// The one loop under all kernels must be one method for the JIT compiler: it says why itself.
  private static final String LONG_ON_PURPOSE = "VectorKernels.java";

  private static final int MAX_METHOD_LINES = 60;

  private static final Pattern VECTOR_API =
      Pattern.compile("\\bimport (static )?jdk\\.incubator\\.");
  private static final Pattern CONSOLE = Pattern.compile("\\bSystem\\.(out|err)\\b");
  private static final Pattern UNSAFE = Pattern.compile("\\b(sun|jdk\\.internal)\\.misc\\b");
  private static final Pattern CONFINED = Pattern.compile("\\bofConfined\\b");
  private static final Pattern UNSEEDED =
      Pattern.compile(
          "new (Splittable|Secure)?Random\\(\\)|Math\\.random\\(|ThreadLocalRandom|"
              + "RandomGenerator\\.(getDefault|of)\\(");

  @ParameterizedTest
  @ValueSource(strings = {"engine", "loader", "tools"})
  void theRulesSeeTheSources(String module) {
    assertThat(Sources.java(module, "src/main")).hasSizeGreaterThan(5);
  }

  @Test
  void theVectorApiIsUsedInVectorKernelsOnly() {
    assertThat(lines(Sources.java("src/main"), VECTOR_API))
        .isNotEmpty()
        .allMatch(line -> line.contains("/engine/kernel/VectorKernels.java:"));
  }

  @Test
  void onlyTheToolsWriteToTheConsole() {
    List<Path> others =
        Sources.java("src/main").stream()
            .filter(file -> !Sources.name(file).startsWith("tools"))
            .toList();
    assertThat(lines(others, CONSOLE)).isEmpty();
  }

  @Test
  void nothingReachesBelowTheJava() {
    assertThat(lines(all(), UNSAFE)).isEmpty();
  }

  /// Where most segments of a process are confined, loops over others get slow: VectorKernels says.
  @Test
  void noArenaIsConfined() {
    assertThat(lines(Sources.java("src/main"), CONFINED)).isEmpty();
  }

  @Test
  void everyRandomNumberHasASeed() {
    assertThat(lines(all(), UNSEEDED)).isEmpty();
  }

  @Test
  void filesAreShort() {
    assertThat(all())
        .allSatisfy(
            file ->
                assertThat(Sources.lines(file))
                    .as(Sources.name(file))
                    .hasSizeLessThanOrEqualTo(MAX_FILE_LINES));
  }

  @Test
  void methodsAreShort() throws IOException {
    JavaCompiler compiler = ToolProvider.getSystemJavaCompiler();
    try (StandardJavaFileManager files = compiler.getStandardFileManager(null, null, null)) {
      JavacTask task =
          (JavacTask)
              compiler.getTask(
                  null,
                  files,
                  null,
                  List.of("-proc:none"),
                  null,
                  files.getJavaFileObjectsFromPaths(all()));
      MethodLengths lengths = new MethodLengths(Trees.instance(task));
      for (CompilationUnitTree unit : task.parse()) {
        lengths.scan(unit, null);
      }
      assertThat(lengths.methods).isGreaterThan(100);
      assertThat(lengths.tooLong).singleElement().asString().contains(LONG_ON_PURPOSE);
    }
  }

  private static List<Path> all() {
    // This file holds the patterns it looks for.
    return Stream.of("src/main", "src/test")
        .flatMap(folder -> Sources.java(folder).stream())
        .filter(file -> !file.endsWith("TidyTest.java"))
        .toList();
  }

  /// `file:line: text` of every line in which `pattern` is found.
  private static List<String> lines(List<Path> files, Pattern pattern) {
    List<String> found = new ArrayList<>();
    for (Path file : files) {
      List<String> lines = Sources.lines(file);
      for (int i = 0; i < lines.size(); i++) {
        if (pattern.matcher(lines.get(i)).find()) {
          found.add(Sources.name(file) + ":" + (i + 1) + ": " + lines.get(i).strip());
        }
      }
    }
    return found;
  }

  private static final class MethodLengths extends TreePathScanner<@Nullable Void, @Nullable Void> {
    private final Trees trees;
    private final List<String> tooLong = new ArrayList<>();
    private int methods;

    MethodLengths(Trees trees) {
      this.trees = trees;
    }

    @Override
    public @Nullable Void visitMethod(MethodTree method, @Nullable Void context) {
      CompilationUnitTree unit = getCurrentPath().getCompilationUnit();
      LineMap lines = unit.getLineMap();
      long first = lines.getLineNumber(trees.getSourcePositions().getStartPosition(unit, method));
      long last = lines.getLineNumber(trees.getSourcePositions().getEndPosition(unit, method));
      methods++;
      if (last - first + 1 > MAX_METHOD_LINES) {
        tooLong.add(
            Sources.name(Path.of(unit.getSourceFile().toUri()))
                + ":"
                + first
                + ": "
                + method.getName()
                + ", lines="
                + (last - first + 1));
      }
      return super.visitMethod(method, null);
    }
  }
}
