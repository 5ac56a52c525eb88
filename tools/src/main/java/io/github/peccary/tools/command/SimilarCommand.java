package io.github.peccary.tools.command;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.recommend.ItemFilter;
import io.github.peccary.engine.recommend.Recommender;
import io.github.peccary.engine.recommend.ScoredItem;
import io.github.peccary.engine.recommend.Similarity;
import io.github.peccary.tools.Console;
import io.github.peccary.tools.Format;
import io.github.peccary.tools.answer.ItemId;
import io.github.peccary.tools.answer.ItemList;
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
    name = "similar",
    showDefaultValues = true,
    description = {
      "The items whose factors point most nearly where those of an item point.",
      "The score is the cosine, or the inner product; biases have no part in it."
    },
    footer = {
      "  peccary similar model.safetensors --item 0-345-41762-3",
      "  peccary similar model.safetensors --item 0345417623 --k 20 --json",
      "  peccary similar model.safetensors --item 0345417623 --by inner-product",
    })
final class SimilarCommand implements Callable<Integer> {
  private final Console console;

  @Spec private CommandSpec spec;

  @Mixin private ModelFile file;

  @Mixin private ItemLists lists;

  @Option(names = "--item", paramLabel = "ID", required = true, description = "Like which item.")
  private String item;

  @Option(names = "--k", paramLabel = "N", description = "How many items.")
  private int k = 10;

  @Option(
      names = "--prefer-events",
      paramLabel = "N",
      description = "Items with fewer events in the ratings come after all others.")
  private int preferEvents = Recommender.SIMILAR_PREFERRED_EVENTS;

  @Option(
      names = "--by",
      paramLabel = "SIMILARITY",
      converter = SimilarityConverter.class,
      description =
          "What is compared: ${COMPLETION-CANDIDATES}; the latter also counts how strong an item's"
              + " factors are.")
  private Similarity by = Similarity.COSINE;

  SimilarCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    Settings.requireCount(spec, k);
    ItemFilter preferred = Settings.valid(spec, () -> ItemFilter.all().preferEvents(preferEvents));
    try (FactorModel model = file.open()) {
      int index = ItemId.require(model, item);
      ItemFilter filter = lists.applyTo(preferred, model, console);
      Recommender recommender = new Recommender(model);
      long start = System.nanoTime();
      List<ScoredItem> items = recommender.similar(index, k, filter, by);
      double microseconds = (System.nanoTime() - start) * 1e-3;
      console.line(
          "like %s: the nearest %s of %s, %s"
              .formatted(
                  ItemList.name(model, index),
                  items.size(),
                  Format.count(model.items(), "item"),
                  Format.seconds(microseconds * 1e-6)));
      console.line("");
      ItemList.print(console, model, items);
      Map<String, Object> fields = new LinkedHashMap<>();
      fields.put("item", model.itemIds().id(index));
      ItemList.putTitle(fields, model, index);
      fields.put("items", ItemList.fields(model, items));
      fields.put("microseconds", microseconds);
      console.result(fields);
    }
    return 0;
  }
}
