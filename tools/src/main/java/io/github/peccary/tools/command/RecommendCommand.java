package io.github.peccary.tools.command;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.recommend.ItemFilter;
import io.github.peccary.engine.recommend.Recommender;
import io.github.peccary.engine.recommend.ScoredItem;
import io.github.peccary.tools.Console;
import io.github.peccary.tools.Format;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "recommend",
    showDefaultValues = true,
    description = {
      "The items that a user would rate highest, of all that the user has not seen.",
      "The ranking is exact: every item is scored."
    },
    footer = {
      "  peccary recommend model.safetensors --user 11676",
      "  peccary recommend model.safetensors --user 11676 --k 5 --deny 0345417623,0971880107",
      "  peccary recommend model.safetensors --user 11676 --allow in-stock.txt --json",
    })
final class RecommendCommand implements Callable<Integer> {
  private final Console console;

  @Spec private CommandSpec spec;

  @Mixin private ModelFile file;

  @Mixin private ItemLists lists;

  @Option(names = "--user", paramLabel = "ID", required = true, description = "For whom.")
  private String user;

  @Option(names = "--k", paramLabel = "N", description = "How many items.")
  private int k = 10;

  @Option(
      names = "--no-blend",
      description = "Rank by the factors alone, not by neighbours and popularity too.")
  private boolean noBlend;

  @Option(names = "--include-seen", description = "Also items that the user has seen.")
  private boolean includeSeen;

  RecommendCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    Settings.requireCount(spec, k);
    try (FactorModel model = file.open()) {
      int index = ItemId.requireUser(model, user);
      ItemFilter filter =
          lists.applyTo(includeSeen ? ItemFilter.all() : ItemFilter.unseen(), model, console);
      Recommender recommender = noBlend ? Recommender.withoutBlend(model) : new Recommender(model);
      long start = System.nanoTime();
      List<ScoredItem> items = recommender.recommend(index, k, filter);
      double microseconds = (System.nanoTime() - start) * 1e-3;
      print(model, index, items, microseconds);
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("user", user);
      fields.put("items", ItemList.fields(model, items));
      fields.put("microseconds", microseconds);
      console.result(fields);
    }
    return 0;
  }

  private void print(FactorModel model, int index, List<ScoredItem> items, double microseconds) {
    console.line(
        "user %s: the best %s of %s, %s"
            .formatted(
                user,
                items.size(),
                Format.count(model.items(), "item"),
                Format.seconds(microseconds * 1e-6)));
    if (!model.userTrained(index)) {
      console.line(
          model.hasBiases()
              ? "  no rating of this user was trained on: items are ranked by their biases"
              : "  nothing of this user was trained on: the most popular items are shown");
    }
    if (!includeSeen && !model.hasSeen()) {
      console.line("  the model does not hold what users have seen: seen items may be among these");
    }
    console.line("");
    ItemList.print(console, model, items);
  }
}
