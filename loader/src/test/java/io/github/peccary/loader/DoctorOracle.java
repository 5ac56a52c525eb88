package io.github.peccary.loader;

import io.github.peccary.engine.ratings.Zero;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A doctor's report from maps of strings, all on the heap. Ids are of characters whose order is
/// that of their bytes.
final class DoctorOracle {
  private static final Set<Rule> CHANGING = IsbnTest.CHANGING;

  private final Zero zero;
  private final ItemIds itemIds;
  private final Map<RejectReason, List<Rejection>> rejections = new EnumMap<>(RejectReason.class);
  private final Map<String, Map<String, List<Float>>> pairs = new TreeMap<>();
  private final Map<String, Map<String, Long>> spellings = new TreeMap<>();

  /// The items by the id after all rules that change ids.
  private Map<String, Set<String>> changedIds = Map.of();

  private DoctorOracle(Zero zero, ItemIds itemIds) {
    this.zero = zero;
    this.itemIds = itemIds;
  }

  static DoctorReport report(List<@Nullable Object[]> rows, Zero zero, ItemIds itemIds) {
    DoctorOracle oracle = new DoctorOracle(zero, itemIds);
    for (int i = 0; i < rows.size(); i++) {
      oracle.add(i + 1L, rows.get(i)[0], String.valueOf(rows.get(i)[1]), rows.get(i)[2]);
    }
    return oracle.report(rows.size());
  }

  private void add(long row, @Nullable Object user, String typed, @Nullable Object value) {
    String item = itemIds == ItemIds.ISBN ? IsbnOracle.clean(typed) : typed.strip();
    if (user == null) {
      reject(new Rejection(row, RejectReason.NULL, "user", null));
    } else if (item.isEmpty()) {
      reject(new Rejection(row, RejectReason.EMPTY_ID, "item", typed));
    } else if ("many".equals(value)) {
      reject(new Rejection(row, RejectReason.NON_NUMERIC, "rating", "many"));
    } else if ("nan".equals(value)) {
      reject(new Rejection(row, RejectReason.NOT_FINITE, "rating", "nan"));
    } else {
      pairs
          .computeIfAbsent(user.toString(), any -> new TreeMap<>())
          .computeIfAbsent(item, any -> new ArrayList<>())
          .add(Float.parseFloat(String.valueOf(value)));
      spellings.computeIfAbsent(item, any -> new TreeMap<>()).merge(typed, 1L, Long::sum);
    }
  }

  private void reject(Rejection rejection) {
    rejections.computeIfAbsent(rejection.reason(), any -> new ArrayList<>()).add(rejection);
  }

  private DoctorReport report(long rows) {
    changedIds =
        spellings.keySet().stream()
            .collect(
                Collectors.groupingBy(
                    item -> IsbnOracle.changed(item, CHANGING),
                    TreeMap::new,
                    Collectors.toCollection(TreeSet::new)));
    List<Float> values = values(pairs);
    long ratings = values.stream().filter(this::isRating).count();
    Map<String, List<Float>> byUser = new TreeMap<>();
    Map<String, List<Float>> byItem = new TreeMap<>();
    pairs.forEach(
        (user, items) ->
            items.forEach(
                (item, all) -> {
                  byUser.computeIfAbsent(user, any -> new ArrayList<>()).add(all.getLast());
                  byItem.computeIfAbsent(item, any -> new ArrayList<>()).add(all.getLast());
                }));
    Map<String, Long> rejected = new LinkedHashMap<>();
    rejections.forEach((reason, all) -> rejected.put(reason.key(), (long) all.size()));
    List<DoctorReport.Collector> collectors = collectors(byUser, values.size());
    boolean isbns = itemIds == ItemIds.ISBN;
    return new DoctorReport(
        rows,
        ratings,
        values.size() - ratings,
        byUser.size(),
        byItem.size(),
        rejected,
        rejections.values().stream().flatMap(all -> all.stream().limit(3)).toList(),
        valueCounts(values),
        new DoctorReport.Zeros(
            values.stream().filter(value -> value == 0).count(),
            onlyZeros(byUser),
            onlyZeros(byItem)),
        sizes(byUser),
        sizes(byItem),
        collectors,
        collectors.size(),
        duplicates(),
        spellings(),
        isbns ? forms() : List.of(),
        isbns ? effects() : List.of(),
        isbns ? newDuplicates().stream().limit(3).toList() : List.of(),
        isbns ? changedIds.size() : byItem.size(),
        0);
  }

  private boolean isRating(float value) {
    return zero == Zero.RATING || value != 0;
  }

  private static List<Float> values(Map<String, Map<String, List<Float>>> pairs) {
    return pairs.values().stream()
        .flatMap(items -> items.values().stream())
        .map(List::getLast)
        .toList();
  }

  private static List<DoctorReport.ValueCount> valueCounts(List<Float> values) {
    Map<Float, Long> counts =
        values.stream()
            .collect(Collectors.groupingBy(it -> it, TreeMap::new, Collectors.counting()));
    List<DoctorReport.ValueCount> result = new ArrayList<>();
    if (counts.size() <= 20) {
      counts.forEach((value, n) -> result.add(new DoctorReport.ValueCount(value, value, n)));
      return result;
    }
    double low = values.stream().min(Comparator.naturalOrder()).orElseThrow();
    double high = values.stream().max(Comparator.naturalOrder()).orElseThrow();
    for (int i = 0; i < 10; i++) {
      float from = (float) (low + (high - low) * i / 10);
      float to = i == 9 ? (float) high : (float) (low + (high - low) * (i + 1) / 10);
      boolean last = i == 9;
      long n = values.stream().filter(it -> it >= from && (it < to || (last && it == to))).count();
      result.add(new DoctorReport.ValueCount(from, to, n));
    }
    return result;
  }

  private static int onlyZeros(Map<String, List<Float>> by) {
    return (int)
        by.values().stream().filter(all -> all.stream().allMatch(value -> value == 0)).count();
  }

  private static List<DoctorReport.SizeClass> sizes(Map<String, List<Float>> by) {
    int[] from = {1, 2, 3, 6, 11, 21, 51, 101, 201, 501, 1001, Integer.MAX_VALUE};
    List<DoctorReport.SizeClass> sizes = new ArrayList<>();
    for (int i = 0; i < from.length - 1; i++) {
      int low = from[i];
      int high = i == from.length - 2 ? Integer.MAX_VALUE : from[i + 1] - 1;
      List<Integer> in =
          by.values().stream().map(List::size).filter(n -> n >= low && n <= high).toList();
      sizes.add(
          new DoctorReport.SizeClass(
              low, high, in.size(), in.stream().mapToLong(Integer::longValue).sum()));
    }
    return sizes;
  }

  private List<DoctorReport.Collector> collectors(Map<String, List<Float>> byUser, long events) {
    List<DoctorReport.Collector> collectors = new ArrayList<>();
    byUser.forEach(
        (user, values) -> {
          int n = values.size();
          if (n > 1000 || (n >= 100 && n * 100L > events)) {
            List<Float> rated = values.stream().filter(this::isRating).toList();
            collectors.add(
                new DoctorReport.Collector(
                    user,
                    n,
                    rated.size(),
                    values.stream().filter(value -> value == 0).count(),
                    rated.stream().mapToDouble(it -> it).sum() / rated.size()));
          }
        });
    collectors.sort(Comparator.comparingLong(DoctorReport.Collector::events).reversed());
    return collectors;
  }

  private DoctorReport.Duplication duplicates() {
    List<DoctorReport.DuplicatePair> several = new ArrayList<>();
    long same = 0;
    for (var user : pairs.entrySet()) {
      for (var item : user.getValue().entrySet()) {
        List<Float> all = item.getValue();
        if (all.size() > 1) {
          several.add(
              new DoctorReport.DuplicatePair(
                  user.getKey(), item.getKey(), all.size(), all.getFirst(), all.getLast()));
          same += new HashSet<>(all).size() == 1 ? 1 : 0;
        }
      }
    }
    return new DoctorReport.Duplication(
        several.stream().mapToLong(pair -> pair.rows() - 1).sum(),
        same,
        several.size() - same,
        top(several, DoctorReport.DuplicatePair::rows));
  }

  private static <T> List<T> top(List<T> things, ToLongFunction<T> rank) {
    return things.stream().sorted(Comparator.comparingLong(rank).reversed()).limit(3).toList();
  }

  private DoctorReport.Spellings spellings() {
    long all = 0;
    long changedRows = 0;
    List<String> several = new ArrayList<>();
    for (var item : spellings.entrySet()) {
      all += item.getValue().size();
      for (var spelling : item.getValue().entrySet()) {
        changedRows += spelling.getKey().equals(item.getKey()) ? 0 : spelling.getValue();
      }
      if (item.getValue().size() > 1) {
        several.add(item.getKey());
      }
    }
    List<List<String>> examples =
        top(several, item -> spellingsOf(item).size()).stream()
            .map(
                item -> {
                  Set<String> others = new TreeSet<>(spellingsOf(item));
                  others.remove(item);
                  List<String> texts = new ArrayList<>(others);
                  texts.addFirst(item);
                  return texts.stream().limit(4).toList();
                })
            .toList();
    return new DoctorReport.Spellings(all, changedRows, several.size(), examples);
  }

  private Set<String> spellingsOf(String item) {
    return spellings.getOrDefault(item, Map.of()).keySet();
  }

  private long rows(String item) {
    return spellings.getOrDefault(item, Map.of()).values().stream().mapToLong(it -> it).sum();
  }

  private List<DoctorReport.FormCount> forms() {
    List<DoctorReport.FormCount> forms = new ArrayList<>();
    for (IsbnForm form : IsbnForm.values()) {
      List<DoctorReport.ItemCount> items =
          spellings.keySet().stream()
              .filter(item -> IsbnOracle.form(item) == form)
              .map(item -> new DoctorReport.ItemCount(item, rows(item)))
              .toList();
      if (!items.isEmpty()) {
        forms.add(
            new DoctorReport.FormCount(
                form,
                items.size(),
                items.stream().mapToLong(DoctorReport.ItemCount::rows).sum(),
                top(items, DoctorReport.ItemCount::rows)));
      }
    }
    return forms;
  }

  private List<DoctorReport.Effect> effects() {
    Map<String, Set<String>> changed = changedIds;
    List<DoctorReport.NewDuplicate> duplicates = newDuplicates();
    Set<String> taken = new HashSet<>(changed.keySet());
    taken.retainAll(spellings.keySet());
    Map<String, Boolean> joined = new LinkedHashMap<>();
    for (String item : spellings.keySet()) {
      String to = IsbnOracle.changed(item, CHANGING);
      joined.put(item, !to.equals(item) && !taken.add(to));
    }
    List<DoctorReport.Effect> effects = new ArrayList<>();
    for (Rule rule : EnumSet.complementOf(EnumSet.of(Rule.DROP_USER))) {
      List<String> items =
          spellings.keySet().stream().filter(item -> IsbnOracle.form(item) == rule.form()).toList();
      if (items.isEmpty()) {
        continue;
      }
      List<DoctorReport.Change> changes =
          items.stream()
              .map(
                  item -> {
                    String to = IsbnOracle.changed(item, CHANGING);
                    boolean joins = changed.getOrDefault(to, Set.of()).size() > 1;
                    return new DoctorReport.Change(item, rule.drops() ? "" : to, rows(item), joins);
                  })
              .toList();
      effects.add(
          new DoctorReport.Effect(
              rule,
              items.stream().mapToLong(this::rows).sum(),
              items.size(),
              (int) items.stream().filter(item -> joined.getOrDefault(item, false)).count(),
              duplicates.stream().filter(it -> IsbnOracle.form(it.from()) == rule.form()).count(),
              top(changes, change -> (change.joins() ? 1L << 32 : 0) + change.rows())));
    }
    return effects;
  }

  /// Of the items that are the same after the rules a user may keep one: the one that is not
  /// changed, or the first.
  private List<DoctorReport.NewDuplicate> newDuplicates() {
    List<DoctorReport.NewDuplicate> result = new ArrayList<>();
    Map<String, Set<String>> several = new TreeMap<>(changedIds);
    several.values().removeIf(froms -> froms.size() == 1);
    pairs.forEach(
        (user, items) ->
            several.forEach(
                (to, froms) -> {
                  List<String> had =
                      froms.stream().filter(items::containsKey).collect(Collectors.toList());
                  int unchanged = had.indexOf(to);
                  if (unchanged > 0) { // then it is found out that the first is too many
                    had.set(unchanged, had.getFirst());
                  }
                  had.stream()
                      .skip(1)
                      .forEach(from -> result.add(new DoctorReport.NewDuplicate(user, from, to)));
                }));
    return result;
  }
}
