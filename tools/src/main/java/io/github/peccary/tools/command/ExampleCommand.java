package io.github.peccary.tools.command;

import io.github.peccary.engine.ratings.HoldoutRule;
import io.github.peccary.engine.train.TrainConfig;
import io.github.peccary.tools.Console;
import io.github.peccary.tools.Format;
import io.github.peccary.tools.Table;
import io.github.peccary.tools.example.TinyMatrix;
import io.github.peccary.tools.example.TinyMatrix.Completion;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

@Command(
    name = "example",
    description = {
      "The matrix of the tutorials: 3 users, 5 books, some ratings unknown. It is factorized as",
      "plain U·Vᵀ by the same trainer as everything else, with and without L2."
    },
    footer = {"  peccary example", "  peccary example --json"})
final class ExampleCommand implements Callable<Integer> {
  /// 0 is unknown. The cells held back to test are one of each user.
  private static final TinyMatrix MATRIX =
      new TinyMatrix(
          List.of("Ada", "Ben", "Cleo"),
          List.of("Dune", "Emma", "Foundation", "Persuasion", "Solaris"),
          new float[][] {{5, 2, 4, 0, 5}, {0, 5, 2, 5, 1}, {4, 3, 5, 2, 0}},
          new boolean[][] {
            {false, false, true, false, false},
            {false, true, false, false, false},
            {false, false, false, true, false},
          });

  private static final double L2 = 0.1;

  private final Console console;

  ExampleCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    TrainConfig config =
        TrainConfig.defaults()
            .withRank(2)
            .withEpochs(500)
            .withThreads(1)
            .withHoldout(new HoldoutRule.Fraction(0))
            .withBiases(false)
            .withDeterministic(true);
    Completion without = MATRIX.complete(config.withL2(0));
    Completion with = MATRIX.complete(config.withL2(L2));
    print(without, with);
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("users", MATRIX.users());
    fields.put("items", MATRIX.items());
    fields.put("ratings", MATRIX.ratings());
    fields.put("test", MATRIX.test());
    fields.put("withoutL2", fields(without, 0));
    fields.put("withL2", fields(with, L2));
    console.result(fields);
    return 0;
  }

  private void print(Completion without, Completion with) {
    console.line(
        "What is known, from 1 to 5. A dot is unknown; a rating in brackets is held back:");
    console.line("training does not see it, and the test asks how well it is predicted.");
    console.line("");
    matrix(ExampleCommand::known);
    console.line("");
    console.line(
        "Each user and each book gets 2 numbers; their product is the prediction, for the");
    console.line("unknown cells too. Without L2 the known ratings are all that counts:");
    console.line("");
    matrix((user, item) -> predicted(without.scores()[user][item]));
    console.line("");
    console.line("With L2 (%s) large numbers cost something as well:".formatted(L2));
    console.line("");
    matrix((user, item) -> predicted(with.scores()[user][item]));
    console.line("");
    Table errors = new Table("rmse<", "without L2", "with L2");
    errors.row(
        "training",
        Format.metric(without.training().rmse()),
        Format.metric(with.training().rmse()));
    errors.row(
        "test", Format.metric(without.testing().rmse()), Format.metric(with.testing().rmse()));
    errors.lines().forEach(console::line);
  }

  private interface Cell {
    String text(int user, int item);
  }

  private static String known(int user, int item) {
    float rating = MATRIX.ratings()[user][item];
    if (rating == 0) {
      return ".";
    }
    String text = String.format(Locale.ROOT, "%.0f", rating);
    return MATRIX.test()[user][item] ? "(" + text + ")" : text;
  }

  private static String predicted(float score) {
    return String.format(Locale.ROOT, "%.2f", score);
  }

  private void matrix(Cell cell) {
    List<String> headers = new ArrayList<>(List.of("<"));
    headers.addAll(MATRIX.items());
    Table table = new Table(headers.toArray(String[]::new));
    for (int user = 0; user < MATRIX.users().size(); user++) {
      List<String> row = new ArrayList<>(List.of(MATRIX.users().get(user)));
      for (int item = 0; item < MATRIX.items().size(); item++) {
        row.add(cell.text(user, item));
      }
      table.row(row);
    }
    table.lines().forEach(console::line);
  }

  private static Map<String, Object> fields(Completion completion, double l2) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("l2", l2);
    fields.put("scores", completion.scores());
    fields.put("trainRmse", completion.training().rmse());
    fields.put("testRmse", completion.testing().rmse());
    return fields;
  }
}
