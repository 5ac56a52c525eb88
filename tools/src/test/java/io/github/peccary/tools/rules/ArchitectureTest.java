package io.github.peccary.tools.rules;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// The arrows that ARCHITECTURE.md draws, between modules and between packages of the engine.
class ArchitectureTest {
  private static final String PECCARY = "io.github.peccary.";
  private static final String ENGINE = PECCARY + "engine.";
  private static final String[] GROUND_FLOOR = {
    "storage", "kernel", "metric", "parallel", "memory"
  };
  private static final JavaClasses CLASSES = importClasses();

  /// The compiled classes of every module that has been built; `bench` is not where only the tools
  /// and what they need were built.
  private static JavaClasses importClasses() {
    List<Path> folders =
        Sources.MODULES.stream()
            .map(module -> Sources.ROOT.resolve(module).resolve("target/classes"))
            .filter(Files::isDirectory)
            .toList();
    return new ClassFileImporter().importPaths(folders);
  }

  @ParameterizedTest
  @CsvSource({"engine", "loader", "tools"})
  void theRulesSeeTheClasses(String module) {
    assertThat(CLASSES)
        .filteredOn(type -> type.getPackageName().startsWith(PECCARY + module))
        .hasSizeGreaterThan(5);
  }

  @ParameterizedTest
  @CsvSource({
    "engine, loader",
    "engine, bench",
    "engine, tools",
    "loader, bench",
    "loader, tools",
    "bench, tools",
    "tools, bench",
  })
  void noModuleLooksUp(String from, String to) {
    noClasses()
        .that()
        .resideInAPackage(PECCARY + from + "..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage(PECCARY + to + "..")
        .allowEmptyShould(from.equals("bench"))
        .check(CLASSES);
  }

  @Test
  void theEngineKnowsTheJdkAndAJsonParser() {
    classes()
        .that()
        .resideInAPackage(ENGINE + ".")
        .should()
        .onlyDependOnClassesThat()
        .resideInAnyPackage(
            ENGINE + ".",
            "java..",
            "jdk.incubator.vector",
            "jdk.jfr",
            "org.jspecify..",
            "com.fasterxml.jackson..")
        .check(CLASSES);
  }

  @Test
  void theEnginesPackagesPointOneWay() {
    layeredArchitecture()
        .consideringOnlyDependenciesInLayers()
        .layer("evaluate")
        .definedBy(ENGINE + "evaluate")
        .layer("recommend")
        .definedBy(ENGINE + "recommend")
        .layer("train")
        .definedBy(ENGINE + "train")
        .layer("model")
        .definedBy(ENGINE + "model")
        .layer("ratings")
        .definedBy(ENGINE + "ratings")
        .layer("storage")
        .definedBy(ENGINE + "storage")
        .whereLayer("evaluate")
        .mayNotBeAccessedByAnyLayer()
        .whereLayer("recommend")
        .mayOnlyBeAccessedByLayers("evaluate")
        .whereLayer("train")
        .mayOnlyBeAccessedByLayers("evaluate")
        .whereLayer("model")
        .mayOnlyBeAccessedByLayers("evaluate", "recommend", "train")
        .whereLayer("ratings")
        .mayOnlyBeAccessedByLayers("evaluate", "recommend", "train", "model")
        .whereLayer("storage")
        .mayOnlyBeAccessedByLayers("evaluate", "recommend", "train", "model", "ratings")
        .check(CLASSES);
  }

  @Test
  void theGroundFloorImportsNothingOfOurs() {
    for (String name : GROUND_FLOOR) {
      noClasses()
          .that()
          .resideInAPackage(ENGINE + name)
          .should()
          .dependOnClassesThat(
              describe(
                  "are of Peccary and not of " + name,
                  type ->
                      type.getPackageName().startsWith(PECCARY)
                          && !type.getPackageName().equals(ENGINE + name)))
          .check(CLASSES);
    }
  }

  @Test
  void theVectorApiIsUsedInVectorKernelsOnly() {
    noClasses()
        .that()
        .haveNameNotMatching(".*\\.engine\\.kernel\\.VectorKernels(\\$.*)?")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("jdk.incubator..")
        .check(CLASSES);
  }

  @Test
  void onlyTheToolsKnowTheCommandLine() {
    noClasses()
        .that()
        .resideOutsideOfPackage(PECCARY + "tools..")
        .should()
        .dependOnClassesThat()
        .resideInAPackage("picocli..")
        .check(CLASSES);
  }
}
