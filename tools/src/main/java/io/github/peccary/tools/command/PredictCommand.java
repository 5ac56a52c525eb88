package io.github.peccary.tools.command;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.tools.Console;
import io.github.peccary.tools.Format;
import io.github.peccary.tools.answer.EventList;
import io.github.peccary.tools.answer.ItemId;
import io.github.peccary.tools.answer.ItemList;
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
      "  peccary predict model.safetensors --events 0971880107:7 --item 0345417623",
    })
final class PredictCommand implements Callable<Integer> {
  private final Console console;

  @Mixin private ModelFile file;

  @Mixin private ForWhom whom;

  @Option(names = "--item", paramLabel = "ID", required = true, description = "What is rated.")
  private String item;

  PredictCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    whom.requireOne();
    try (FactorModel model = file.open()) {
      int userIndex = whom.userIndex(model);
      EventList events = whom.events(model, console);
      int itemIndex = ItemId.require(model, item);
      float score =
          events == null
              ? model.predict(userIndex, itemIndex)
              : events.foldIn(model).predict(itemIndex);
      Map<String, Object> fields = new LinkedHashMap<>();
      whom.putInto(fields, model, events);
      fields.put("item", model.itemIds().id(itemIndex));
      ItemList.putTitle(fields, model, itemIndex);
      fields.put("score", score);
      if (!model.ranksOnly()) {
        fields.put("rating", model.clip(score));
      }
      boolean userTrained =
          events == null ? model.userTrained(userIndex) : events.trained(model) > 0;
      boolean itemTrained = model.itemTrained(itemIndex);
      fields.put("known", userTrained && itemTrained);
      String name = "%s, item %s".formatted(whom.name(events), ItemList.name(model, itemIndex));
      print(model, name, score, userTrained, itemTrained);
      console.result(fields);
    }
    return 0;
  }

  private void print(
      FactorModel model, String name, float score, boolean userTrained, boolean itemTrained) {
    if (model.ranksOnly()) {
      console.line("%s: score %s".formatted(name, Format.metric(score)));
      console.line("  the model was trained for rankings: the score is no rating");
      if (!userTrained || !itemTrained) {
        console.line("  nothing of this user or of this item was trained on: the score is 0");
      }
      return;
    }
    console.line(
        "%s: %s (score %s)"
            .formatted(name, Format.metric(model.clip(score)), Format.metric(score)));
    if (!userTrained) {
      console.line("  no rating of this user was trained on: only the item's bias counts");
    }
    if (!itemTrained) {
      console.line("  no rating of this item was trained on: only the user's bias counts");
    }
  }
}
