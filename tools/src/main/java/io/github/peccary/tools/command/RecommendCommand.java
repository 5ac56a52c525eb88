package io.github.peccary.tools.command;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.model.FoldIn;
import io.github.peccary.engine.recommend.ItemFilter;
import io.github.peccary.engine.recommend.Recommender;
import io.github.peccary.engine.recommend.ScoredItem;
import io.github.peccary.tools.Console;
import io.github.peccary.tools.Format;
import io.github.peccary.tools.Interruption;
import io.github.peccary.tools.answer.EventList;
import io.github.peccary.tools.answer.Explanation;
import io.github.peccary.tools.answer.ItemList;
import io.github.peccary.tools.batch.BatchConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

@Command(
    name = "recommend",
    showDefaultValues = true,
    description = {
      "The items that a user would rate highest, of all that the user has not seen:",
      "a user of the model, anybody whose events are given, or all users of the model, into a file.",
      "The ranking is exact: it is that of scoring every item.",
      "With --all, Ctrl-C and SIGTERM end the run, and --resume goes on with it."
    },
    footer = {
      "  peccary recommend model.safetensors --user 11676",
      "  peccary recommend model.safetensors --user 11676 --k 5 --deny 0345417623,0971880107",
      "  peccary recommend model.safetensors --user 11676 --allow in-stock.txt --json",
      "  peccary recommend model.safetensors --events 0345417623:9,0971880107:7",
      "  peccary recommend model.safetensors --user 11676 --explain",
      "  peccary recommend model.safetensors --all -o recommendations.csv",
    })
final class RecommendCommand implements Callable<Integer> {
  private final Console console;

  @Spec private CommandSpec spec;

  @Mixin private ModelFile file;

  @Mixin private ItemLists lists;

  @Mixin private ForWhom whom;

  @Mixin private AllUsers allUsers;

  @Option(names = "--k", paramLabel = "N", description = "How many items.")
  private int k = 10;

  @Option(
      names = "--no-blend",
      description = "Rank by the factors alone, not by neighbours and popularity too.")
  private boolean noBlend;

  @Option(names = "--include-seen", description = "Also items that the user has seen.")
  private boolean includeSeen;

  @Option(
      names = "--explain",
      description = "Why: with each item, the user's own items that speak for it most.")
  private boolean explain;

  RecommendCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException {
    List<String> ofOne = whom.given();
    AllUsers.add(ofOne, "--explain", explain);
    if (allUsers.wanted(ofOne)) {
      return recommendToAll();
    }
    whom.requireOne();
    Settings.requireCount(spec, k);
    try (FactorModel model = file.open()) {
      int index = whom.userIndex(model);
      EventList events = whom.events(model, console);
      ItemFilter filter = filter(model);
      Recommender recommender = noBlend ? Recommender.withoutBlend(model) : new Recommender(model);
      long start = System.nanoTime();
      FoldIn folded = events == null ? null : events.foldIn(model);
      List<ScoredItem> items =
          folded == null
              ? recommender.recommend(index, k, filter)
              : recommender.recommend(folded, k, filter);
      double microseconds = (System.nanoTime() - start) * 1e-3;
      Explanation why = explain ? explanation(model, recommender, index, folded) : null;
      long untrained = items.stream().filter(item -> !model.itemTrained(item.item())).count();
      console.line(
          "%s: the best %s of %s, %s"
              .formatted(
                  whom.name(events),
                  items.size(),
                  Format.count(model.items(), "item"),
                  Format.seconds(microseconds * 1e-6)));
      printNotes(model, index, events, untrained);
      if (why != null) {
        console.line("  " + why.words());
      }
      console.line("");
      ItemList.print(console, model, items, why);
      Map<String, Object> fields = new LinkedHashMap<>();
      whom.putInto(fields, model, events);
      fields.put("items", ItemList.fields(model, items, why));
      if (why != null) {
        why.putInto(fields);
      }
      fields.put("untrained", untrained);
      fields.put("microseconds", microseconds);
      console.result(fields);
    }
    return 0;
  }

  private ItemFilter filter(FactorModel model) throws IOException {
    return lists.applyTo(includeSeen ? ItemFilter.all() : ItemFilter.unseen(), model, console);
  }

  private int recommendToAll() throws IOException {
    List<Path> inputs = new ArrayList<>(lists.files());
    inputs.add(file.path());
    allUsers.check(k, inputs);
    try (Interruption interruption =
            new Interruption(() -> console.note("peccary: interrupted before the first user"));
        FactorModel model = file.open()) {
      BatchConfig config = allUsers.config(k, !noBlend, filter(model));
      return allUsers.run(console, model, config, interruption);
    }
  }

  private static Explanation explanation(
      FactorModel model, Recommender recommender, int index, @Nullable FoldIn folded) {
    return folded == null
        ? Explanation.ofUser(model, recommender, index)
        : Explanation.ofEvents(model, recommender, folded);
  }

  private void printNotes(
      FactorModel model, int index, @Nullable EventList events, long untrained) {
    boolean trained = events == null ? model.userTrained(index) : events.trained(model) > 0;
    if (!trained) {
      String whose = events == null ? "this user" : "these items";
      console.line(
          model.hasBiases()
              ? "  no rating of %s was trained on: items are ranked by their biases"
                  .formatted(whose)
              : "  nothing of %s was trained on: the most popular items are shown"
                  .formatted(whose));
    }
    if (events == null && !includeSeen && !model.hasSeen()) {
      console.line("  the model does not hold what users have seen: seen items may be among these");
    }
    if (untrained > 0) {
      console.line(
          "  the last %s of these: never trained, so that nothing but popularity speaks for them"
              .formatted(Format.count(untrained)));
    }
  }
}
