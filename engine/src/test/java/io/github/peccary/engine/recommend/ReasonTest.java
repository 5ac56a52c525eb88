package io.github.peccary.engine.recommend;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.model.FoldIn;
import io.github.peccary.engine.model.Models;
import io.github.peccary.engine.ratings.RatingMatrices;
import io.github.peccary.engine.ratings.RatingMatrix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ReasonTest {
  @TempDir Path folder;

  @Test
  void reasonsAreTheLargestContributionsAboveZero() throws IOException {
    try (RatingMatrix ratings =
            RatingMatrices.open(folder.resolve("r"), RatingMatrices.random(8, 50, 0.9, 1));
        FactorModel model =
            Models.of(ratings, 1).forRankings().withoutBiases().open(folder.resolve("m"))) {
      int[] items = {4, 30, 7, 21, 9, 40};
      FoldIn user = new FoldIn(model, items, new float[items.length]);
      for (int item = 0; item < model.items(); item++) {
        double[] contributions = user.contributions(item);
        double sum = Arrays.stream(contributions).map(Math::abs).sum();
        List<Reason> reasons = new Recommender(model).reasons(user, item, 2).events();
        double[] best =
            Arrays.stream(contributions)
                .filter(contribution -> contribution > 0)
                .map(contribution -> -contribution)
                .sorted()
                .limit(2)
                .map(contribution -> -contribution)
                .toArray();
        assertThat(reasons).extracting(Reason::contribution).containsExactly(boxed(best));
        for (Reason reason : reasons) {
          int event = Arrays.stream(items).boxed().toList().indexOf(reason.item());
          assertThat(reason.contribution()).isEqualTo(contributions[event]);
          assertThat(reason.share()).isCloseTo(reason.contribution() / sum, within(1e-12));
        }
      }
    }
  }

  private static Double[] boxed(double[] numbers) {
    return Arrays.stream(numbers).boxed().toArray(Double[]::new);
  }

  /// What a user has seen, as events without ratings.
  @Test
  void aUserOfTheModelIsFoldedInFromAllSeen() throws IOException {
    try (RatingMatrix ratings =
            RatingMatrices.open(folder.resolve("r"), RatingMatrices.random(8, 50, 0.3, 2));
        FactorModel model = Models.of(ratings, 1).forRankings().open(folder.resolve("m"))) {
      for (int user = 0; user < model.users(); user++) {
        FoldIn folded = FoldIn.ofSeen(model, user);
        assertThat(folded.items()).hasSize((int) (model.seenEnd(user) - model.seenStart(user)));
        for (int item = 0; item < model.items(); item++) {
          assertThat(folded.hasEvent(item)).isEqualTo(model.seen(user, item));
        }
      }
    }
  }
}
