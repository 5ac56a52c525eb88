package io.github.peccary.tools.answer;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.model.FoldIn;
import io.github.peccary.engine.recommend.ItemFilter;
import io.github.peccary.engine.recommend.Reason;
import io.github.peccary.engine.recommend.Reasons;
import io.github.peccary.engine.recommend.Recommender;
import io.github.peccary.engine.recommend.ScoredItem;
import io.github.peccary.tools.Format;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.BitSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// Why items are recommended: of each, the user's own items that contribute most to its score; or,
/// where the model does not keep what they were rated, those that are most similar.
public final class Explanation {
  private static final int REASONS = 3;

  /// Popularity with less than this is not worth a line.
  private static final double SHOWN_SHARE = 0.05;

  private final FactorModel model;
  private final Recommender recommender;
  private final @Nullable FoldIn user;
  private final BitSet seen;
  private final boolean exact;

  private Explanation(
      FactorModel model,
      Recommender recommender,
      @Nullable FoldIn user,
      BitSet seen,
      boolean exact) {
    this.model = model;
    this.recommender = recommender;
    this.user = user;
    this.seen = seen;
    this.exact = exact;
  }

  /// For somebody whose events are given.
  public static Explanation ofEvents(FactorModel model, Recommender recommender, FoldIn user) {
    return new Explanation(model, recommender, user, new BitSet(), true);
  }

  /// For a user of the model.
  public static Explanation ofUser(FactorModel model, Recommender recommender, int user) {
    if (model.ranksOnly() && model.canFoldIn()) {
      boolean complete = model.holdout().equals("none") || model.refit();
      boolean exact = complete && model.ridge().ratingWeight() == 0;
      FoldIn folded = FoldIn.ofSeen(model, user);
      return new Explanation(model, recommender, folded, new BitSet(), exact);
    }
    BitSet seen = new BitSet();
    Arrays.stream(model.seenItems(user)).forEach(seen::set);
    return new Explanation(model, recommender, null, seen, false);
  }

  /// What the reasons are, for people.
  public String words() {
    if (user == null) {
      return "below each, what is most similar of all that the user has seen, and the cosine";
    }
    if (exact) {
      return "below each, what contributes most to its score, and its share";
    }
    String weights = model.ridge().ratingWeight() > 0 ? ", and with the weights of ratings" : "";
    return "below each, what contributes most if all that the user has seen counts alike, and its"
        + " share; the score is without what was held out"
        + weights;
  }

  /// How the reasons were found, for the JSON object.
  public void putInto(Map<String, Object> fields) {
    fields.put("reasonsBy", user == null ? "similarity" : "contribution");
    fields.put("reasonsExact", exact);
  }

  public List<String> lines(int item) {
    return user == null
        ? similar(item).stream()
            .map(near -> line(Format.metric(near.score()), near.item()))
            .toList()
        : contributions(recommender.reasons(user, item, REASONS));
  }

  private List<String> contributions(Reasons reasons) {
    List<String> lines = new ArrayList<>();
    for (Reason reason : reasons.events()) {
      lines.add(line(percent(reason.share()), reason.item()));
    }
    if (reasons.popularityShare() >= SHOWN_SHARE) {
      lines.add("        %6s  its popularity".formatted(percent(reasons.popularityShare())));
    }
    return lines;
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f %%", 100 * share);
  }

  private String line(String share, int item) {
    return "        %6s  %s".formatted(share, ItemList.name(model, item));
  }

  /// Why an item, for its JSON object.
  public void putReasons(Map<String, Object> fields, int item) {
    List<Map<String, Object>> reasons = new ArrayList<>();
    fields.put("reasons", reasons);
    if (user == null) {
      for (ScoredItem near : similar(item)) {
        Map<String, Object> reason = named(near.item());
        reason.put("similarity", near.score());
        reasons.add(reason);
      }
      return;
    }
    Reasons found = recommender.reasons(user, item, REASONS);
    for (Reason event : found.events()) {
      Map<String, Object> reason = named(event.item());
      reason.put("contribution", event.contribution());
      reason.put("share", event.share());
      reasons.add(reason);
    }
    fields.put("popularityShare", found.popularityShare());
  }

  private Map<String, Object> named(int item) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("item", model.itemIds().id(item));
    ItemList.putTitle(fields, model, item);
    return fields;
  }

  private List<ScoredItem> similar(int item) {
    ItemFilter filter = ItemFilter.all().allow(seen);
    return recommender.similar(item, REASONS, filter).stream()
        .filter(near -> near.score() > 0)
        .toList();
  }
}
