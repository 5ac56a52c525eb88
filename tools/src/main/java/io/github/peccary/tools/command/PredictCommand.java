package io.github.peccary.tools.command;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.tools.Console;
import io.github.peccary.tools.Format;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

@Command(
    name = "predict",
    description = "What rating a user would give an item.",
    footer = {
      "  peccary predict model.safetensors --user 11676 --item 0-345-41762-3",
      "  peccary predict model.safetensors --user 11676 --item 0345417623 --json",
    })
final class PredictCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private ModelFile file;

  @Option(names = "--user", paramLabel = "ID", required = true, description = "Who rates.")
  private String user;

  @Option(names = "--item", paramLabel = "ID", required = true, description = "What is rated.")
  private String item;

  PredictCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    try (FactorModel model = file.open()) {
      int userIndex = ItemId.requireUser(model, user);
      int itemIndex = ItemId.require(model, item);
      float score = model.predict(userIndex, itemIndex);
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("user", user);
      fields.put("item", model.itemIds().id(itemIndex));
      ItemList.putTitle(fields, model, itemIndex);
      fields.put("score", score);
      if (!model.ranksOnly()) {
        fields.put("rating", model.clip(score));
      }
      boolean userTrained = model.userTrained(userIndex);
      boolean itemTrained = model.itemTrained(itemIndex);
      fields.put("known", userTrained && itemTrained);
      print(model, itemIndex, score, userTrained, itemTrained);
      console.result(fields);
    }
    return 0;
  }

  private void print(
      FactorModel model, int itemIndex, float score, boolean userTrained, boolean itemTrained) {
    String name = ItemList.name(model, itemIndex);
    if (model.ranksOnly()) {
      console.line("user %s, item %s: score %s".formatted(user, name, Format.metric(score)));
      console.line("  the model was trained for rankings: the score is no rating");
      if (!userTrained || !itemTrained) {
        console.line("  nothing of this user or of this item was trained on: the score is 0");
      }
      return;
    }
    console.line(
        "user %s, item %s: %s (score %s)"
            .formatted(user, name, Format.metric(model.clip(score)), Format.metric(score)));
    if (!userTrained) {
      console.line("  no rating of this user was trained on: only the item's bias counts");
    }
    if (!itemTrained) {
      console.line("  no rating of this item was trained on: only the user's bias counts");
    }
  }
}
