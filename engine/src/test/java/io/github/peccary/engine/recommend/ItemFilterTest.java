package io.github.peccary.engine.recommend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.BitSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class ItemFilterTest {
  @Test
  void listsNarrowEachOther() {
    ItemFilter filter = ItemFilter.all().allow(bits(1, 2, 3, 4)).allow(bits(2, 3, 4, 5));
    assertThat(allowed(filter)).containsExactly(2, 3, 4);

    assertThat(allowed(filter.deny(bits(3)).deny(bits(4, 0)))).containsExactly(2);
    assertThat(allowed(filter)).as("the filter it came from").containsExactly(2, 3, 4);
  }

  @Test
  void copiesTheBitsItIsGiven() {
    BitSet bits = bits(1);
    ItemFilter allow = ItemFilter.all().allow(bits);
    ItemFilter deny = ItemFilter.all().deny(bits);
    bits.clear();

    assertThat(allowed(allow)).containsExactly(1);
    assertThat(deny.allows(1)).isFalse();
  }

  @Test
  void everyStepKeepsWhatWasAskedBefore() {
    ItemFilter filter = ItemFilter.unseen().preferEvents(5).allow(bits(1)).deny(bits(2));

    assertThat(filter.leavesOutSeen()).isTrue();
    assertThat(filter.preferredEvents()).isEqualTo(5);
    assertThat(ItemFilter.all().leavesOutSeen()).isFalse();
    assertThat(ItemFilter.all().preferredEvents()).isZero();
  }

  @Test
  void skipsToTheNextItemOfTheAllowList() {
    ItemFilter filter = ItemFilter.all().allow(bits(3, 900));

    assertThat(filter.nextCandidate(0, 1000)).isEqualTo(3);
    assertThat(filter.nextCandidate(4, 1000)).isEqualTo(900);
    assertThat(filter.nextCandidate(901, 1000)).isEqualTo(1000);
    assertThat(filter.nextCandidate(4, 800)).as("an index beyond the last item").isEqualTo(800);
    assertThat(ItemFilter.all().nextCandidate(4, 800)).isEqualTo(4);
  }

  @Test
  void refusesANegativePreference() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> ItemFilter.all().preferEvents(-1))
        .withMessage("events must not be negative: events=-1");
  }

  private static BitSet bits(int... items) {
    BitSet bits = new BitSet();
    IntStream.of(items).forEach(bits::set);
    return bits;
  }

  private static int[] allowed(ItemFilter filter) {
    return IntStream.range(0, 10).filter(filter::allows).toArray();
  }
}
