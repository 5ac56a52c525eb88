package io.github.peccary.loader;

import static java.util.Objects.requireNonNull;

import io.github.peccary.engine.ratings.TextColumn;
import io.github.peccary.engine.ratings.TextSelection;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;

/// What rules about items would do: every id is looked at once, then the events once more, with
/// their items numbered by the new ids.
final class RuleEffects {
  private static final int UNCHANGED = -1;

  /// Those that give items another id, all at once.
  private static final Rules CHANGING =
      new Rules(
          EnumSet.copyOf(Arrays.stream(Rule.values()).filter(rule -> !rule.drops()).toList()),
          new TreeSet<>());

  private final TextGroups items;
  private final int[] rows;
  private final IsbnForm[] forms; // by item
  private final Map<IsbnForm, FormTally> formTallies = new EnumMap<>(IsbnForm.class);
  private final Map<Rule, RuleTally> effects = new EnumMap<>(Rule.class);
  private final TextGroups changed;
  private final TopList<int[]> duplicates = new TopList<>(); // user, item
  private final boolean[] keeps; // by changed number: an item is left that needs no change

  private static final class FormTally {
    private int items;
    private long rows;
    private final TopList<DoctorReport.ItemCount> examples = new TopList<>();
  }

  private static final class RuleTally {
    private int items;
    private long rows;
    private int joined;
    private long duplicates;
    private final TopList<DoctorReport.Change> examples = new TopList<>();
  }

  /// @param items cleaned
  /// @param rows of each
  RuleEffects(TextGroups items, int[] rows, Arena arena) {
    this.items = items;
    this.rows = rows;
    this.forms = new IsbnForm[items.size()];
    byte[] isbn = new byte[Isbn.MAX_BYTES];
    TextColumn ids =
        TextGroups.changed(
            new TextSelection(items.texts(), items.firsts()),
            (item, id, length) -> {
              IsbnForm form = Isbn.of(id, 0, length);
              forms[item] = form;
              int changedLength = CHANGING.change(form, id, 0, length, isbn);
              System.arraycopy(isbn, 0, id, 0, changedLength);
              return changedLength == 0 ? length : changedLength;
            },
            arena);
    this.changed = TextGroups.of(ids);
    this.keeps = new boolean[changed.size()];
    tally();
  }

  private void tally() {
    int[] members = new int[changed.size()];
    for (int item = 0; item < forms.length; item++) {
      members[changed.numbers()[item]]++;
      keeps[changed.numbers()[item]] |= !changes(item);
      FormTally form = formTallies.computeIfAbsent(forms[item], any -> new FormTally());
      form.items++;
      form.rows += rows[item];
      if (form.examples.takes(rows[item])) {
        form.examples.add(rows[item], new DoctorReport.ItemCount(items.text(item), rows[item]));
      }
    }
    boolean[] taken = keeps.clone(); // by changed number: somebody else has it
    for (int item = 0; item < forms.length; item++) {
      Rule rule = Rule.of(forms[item]);
      if (rule != null) {
        int number = changed.numbers()[item];
        add(rule, item, members[number] > 1, !rule.drops() && taken[number]);
        taken[number] = true;
      }
    }
  }

  private boolean changes(int item) {
    Rule rule = Rule.of(forms[item]);
    return rule != null && !rule.drops();
  }

  private void add(Rule rule, int item, boolean joins, boolean joined) {
    RuleTally tally = effects.computeIfAbsent(rule, any -> new RuleTally());
    tally.items++;
    tally.rows += rows[item];
    tally.joined += joined ? 1 : 0;
    long rank = (joins ? 1L << Integer.SIZE : 0) + rows[item]; // those that join come first
    if (tally.examples.takes(rank)) {
      String to = rule.drops() ? "" : changed.text(changed.numbers()[item]);
      tally.examples.add(rank, new DoctorReport.Change(items.text(item), to, rows[item], joins));
    }
  }

  int itemsLeft() {
    return changed.size();
  }

  /// Counts the events that become duplicates, by the rule that makes them so.
  ///
  /// @param events one of each pair; closed afterwards
  /// @param userEvents how many each user has
  void count(EventLog events, int[] userEvents, EventMemory memory) throws IOException {
    if (itemsLeft() == items.size()) {
      events.close();
      return;
    }
    EventLog renumbered = new EventLog(memory);
    int[] block = new int[EventMemory.BLOCK_INTS];
    for (int number = 0; number < events.blocks(); number++) {
      int filled = events.read(number, block);
      for (int i = 0; i < filled; i += EventLog.INTS) {
        int item = block[i + EventLog.ITEM];
        renumbered.add(block[i], changed.numbers()[item], changes(item) ? item : UNCHANGED);
      }
    }
    events.close();
    EventSort sort = new EventSort(memory, EventLog.USER, userEvents, true);
    sort.addAll(renumbered, null);
    sort.rows(new Pairs());
  }

  /// Of the events of a pair one is not too many: that of the item that needs no change, or else
  /// the first.
  private final class Pairs implements EventSort.Rows {
    private int user = -1;
    private int item = -1;
    private int pending = UNCHANGED; // a changed item whose event may be the one
    private boolean kept;

    @Override
    public void take(int nextUser, long[] events, int from, int to) {
      for (int i = from; i < to; i++) {
        if (nextUser != user || (int) events[i] != item) {
          user = nextUser;
          item = (int) events[i];
          pending = UNCHANGED;
          kept = false;
        }
        count((int) (events[i] >>> Integer.SIZE));
      }
    }

    /// @param changedItem whose event it was, [#UNCHANGED] if its item needs no change
    private void count(int changedItem) {
      int duplicate = kept || pending != UNCHANGED ? changedItem : UNCHANGED;
      if (changedItem == UNCHANGED) {
        duplicate = pending;
        kept = true;
      } else if (!kept && pending == UNCHANGED) {
        pending = changedItem;
      }
      if (duplicate != UNCHANGED) {
        requireNonNull(effects.get(Rule.of(forms[duplicate]))).duplicates++;
        if (duplicates.takes(0)) {
          duplicates.add(0, new int[] {user, duplicate});
        }
      }
    }
  }

  List<DoctorReport.NewDuplicate> duplicates(TextGroups users) {
    return duplicates.things().stream()
        .map(
            pair ->
                new DoctorReport.NewDuplicate(
                    users.text(pair[0]),
                    items.text(pair[1]),
                    changed.text(changed.numbers()[pair[1]])))
        .toList();
  }

  List<DoctorReport.FormCount> forms() {
    List<DoctorReport.FormCount> counts = new ArrayList<>();
    formTallies.forEach(
        (form, tally) ->
            counts.add(
                new DoctorReport.FormCount(
                    form, tally.items, tally.rows, tally.examples.things())));
    return counts;
  }

  /// In the order of the rules; only of those that would do something.
  List<DoctorReport.Effect> effects() {
    List<DoctorReport.Effect> result = new ArrayList<>();
    effects.forEach(
        (rule, tally) ->
            result.add(
                new DoctorReport.Effect(
                    rule,
                    tally.rows,
                    tally.items,
                    tally.joined,
                    tally.duplicates,
                    tally.examples.things())));
    return result;
  }
}
