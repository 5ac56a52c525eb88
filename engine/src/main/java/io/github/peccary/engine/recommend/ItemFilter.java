package io.github.peccary.engine.recommend;

import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/// Which items a ranking may contain, and which of them it puts first.
///
/// Immutable: every method returns a new filter, and the bit sets given are copied. An item is
/// allowed when it is in the allow list (if there is one), not in the deny list, and not among what
/// the user has already (for [#unseen()]).
public final class ItemFilter {
  private static final ItemFilter ALL = new ItemFilter(false, null, null, 0);
  private static final ItemFilter UNSEEN = new ItemFilter(true, null, null, 0);

  private final boolean leavesOutSeen;
  private final @Nullable BitSet allowed;
  private final @Nullable BitSet denied;
  private final int preferredEvents;

  private ItemFilter(
      boolean leavesOutSeen,
      @Nullable BitSet allowed,
      @Nullable BitSet denied,
      int preferredEvents) {
    this.leavesOutSeen = leavesOutSeen;
    this.allowed = allowed;
    this.denied = denied;
    this.preferredEvents = preferredEvents;
  }

  /// Every item is allowed.
  public static ItemFilter all() {
    return ALL;
  }

  /// Every item that the user has not seen is allowed. A model that does not hold what its users
  /// have seen cannot leave it out; for it this is [#all()].
  public static ItemFilter unseen() {
    return UNSEEN;
  }

  /// Only these items, of those that this filter allows already.
  public ItemFilter allow(BitSet items) {
    BitSet copy = (BitSet) items.clone();
    if (allowed != null) {
      copy.and(allowed);
    }
    return new ItemFilter(leavesOutSeen, copy, denied, preferredEvents);
  }

  /// None of these items, and none of those that this filter denies already.
  public ItemFilter deny(BitSet items) {
    BitSet copy = (BitSet) items.clone();
    if (denied != null) {
      copy.or(denied);
    }
    return new ItemFilter(leavesOutSeen, allowed, copy, preferredEvents);
  }

  /// Items with at least this many events in the ratings that the model was trained from come
  /// first; the others only fill the places that are left. 0 switches the preference off.
  public ItemFilter preferEvents(int events) {
    if (events < 0) {
      throw new IllegalArgumentException("events must not be negative: events=" + events);
    }
    return new ItemFilter(leavesOutSeen, allowed, denied, events);
  }

  /// Whether what the user has seen is left out.
  public boolean leavesOutSeen() {
    return leavesOutSeen;
  }

  /// Whether the lists allow the item; what the user has seen is not known here.
  public boolean allows(int item) {
    return (allowed == null || allowed.get(item)) && (denied == null || !denied.get(item));
  }

  /// The events from which on an item is preferred; see [#preferEvents(int)].
  public int preferredEvents() {
    return preferredEvents;
  }

  /// How many items the allow list has at most; [Integer#MAX_VALUE] without one.
  int allowedItems() {
    return allowed == null ? Integer.MAX_VALUE : allowed.cardinality();
  }

  /// The first item from `item` on that the allow list does not exclude, so that a scan can skip
  /// the others; `items` when there is none.
  int nextCandidate(int item, int items) {
    if (allowed == null) {
      return item;
    }
    int next = allowed.nextSetBit(item);
    return next < 0 ? items : Math.min(next, items);
  }
}
