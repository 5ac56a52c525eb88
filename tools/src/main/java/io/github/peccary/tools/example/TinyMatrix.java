package io.github.peccary.tools.example;

import io.github.peccary.engine.metric.RatingMetrics;
import io.github.peccary.engine.ratings.CompressedRows;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.engine.ratings.RatingMatrixWriter;
import io.github.peccary.engine.ratings.TextColumn;
import io.github.peccary.engine.ratings.Zero;
import io.github.peccary.engine.storage.Verify;
import io.github.peccary.engine.train.TrainConfig;
import io.github.peccary.engine.train.Trainer;
import io.github.peccary.engine.train.TrainingResult;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.function.IntToLongFunction;
import java.util.stream.IntStream;

/// A few users × a few items, with a role for every cell: trained on, held back to test, unknown.
/// It is trained as any other ratings are: written to a file, mapped, and given to the [Trainer].
///
/// @param ratings users × items, 0 where unknown
/// @param test users × items, the cells held back
public record TinyMatrix(
    List<String> users, List<String> items, float[][] ratings, boolean[][] test) {

  /// What was learnt.
  ///
  /// @param scores users × items: the product of the factors, every cell of it
  /// @param training errors over the cells trained on
  /// @param testing errors over the cells held back
  public record Completion(float[][] scores, RatingMetrics training, RatingMetrics testing) {}

  /// Trains on the cells that are not held back and predicts all of them.
  public Completion complete(TrainConfig config) throws IOException {
    Path folder = Files.createTempDirectory("peccary-example");
    Path file = folder.resolve("ratings.safetensors");
    try {
      write(file);
      try (RatingMatrix matrix = RatingMatrix.open(file, Verify.CHECKSUMS);
          TrainingResult result = Trainer.train(matrix, config, epoch -> {})) {
        return complete(matrix, result);
      }
    } finally {
      Files.deleteIfExists(file);
      Files.delete(folder);
    }
  }

  private Completion complete(RatingMatrix matrix, TrainingResult result) {
    Completion completion =
        new Completion(
            new float[users.size()][items.size()], new RatingMetrics(), new RatingMetrics());
    for (int user = 0; user < users.size(); user++) {
      for (int item = 0; item < items.size(); item++) {
        int userRow = matrix.userIds().indexOf(users.get(user));
        int itemRow = matrix.itemIds().indexOf(items.get(item));
        float score = result.globalMean();
        for (int column = 0; column < result.users().rank(); column++) {
          score += result.users().get(userRow, column) * result.items().get(itemRow, column);
        }
        completion.scores[user][item] = score;
        if (ratings[user][item] != 0) {
          (test[user][item] ? completion.testing : completion.training)
              .add(score, ratings[user][item]);
        }
      }
    }
    return completion;
  }

  private boolean trained(int user, int item) {
    return ratings[user][item] != 0 && !test[user][item];
  }

  /// Writes the cells to train on.
  private void write(Path file) throws IOException {
    int[] userOrder = order(users, user -> items(user).count());
    int[] itemOrder =
        order(
            items,
            item -> IntStream.range(0, users.size()).filter(user -> trained(user, item)).count());
    try (Arena arena = Arena.ofShared()) {
      RatingMatrixWriter.write(
          file,
          rows(userOrder, itemOrder, arena),
          texts(users, userOrder, arena),
          texts(items, itemOrder, arena),
          null,
          Zero.IMPLICIT,
          Map.of());
    }
  }

  private IntStream items(int user) {
    return IntStream.range(0, items.size()).filter(item -> trained(user, item));
  }

  /// A ratings file numbers by falling number of events, ties by id.
  private static int[] order(List<String> ids, IntToLongFunction events) {
    return IntStream.range(0, ids.size())
        .boxed()
        .sorted(
            Comparator.comparingLong((Integer index) -> -events.applyAsLong(index))
                .thenComparing(ids::get))
        .mapToInt(Integer::intValue)
        .toArray();
  }

  private CompressedRows rows(int[] userOrder, int[] itemOrder, Arena arena) {
    int events = (int) Arrays.stream(userOrder).mapToLong(user -> items(user).count()).sum();
    MemorySegment offsets = arena.allocate(ValueLayout.JAVA_LONG, userOrder.length + 1L);
    MemorySegment indices = arena.allocate(ValueLayout.JAVA_INT, events);
    MemorySegment values = arena.allocate(ValueLayout.JAVA_FLOAT, events);
    int event = 0;
    for (int row = 0; row < userOrder.length; row++) {
      for (int column = 0; column < itemOrder.length; column++) {
        if (trained(userOrder[row], itemOrder[column])) {
          indices.setAtIndex(ValueLayout.JAVA_INT, event, column);
          values.setAtIndex(
              ValueLayout.JAVA_FLOAT, event, ratings[userOrder[row]][itemOrder[column]]);
          event++;
        }
      }
      offsets.setAtIndex(ValueLayout.JAVA_LONG, row + 1L, event);
    }
    return new CompressedRows(userOrder.length, itemOrder.length, offsets, indices, values);
  }

  private static TextColumn texts(List<String> texts, int[] order, Arena arena) {
    MemorySegment offsets = arena.allocate(ValueLayout.JAVA_LONG, order.length + 1L);
    StringBuilder all = new StringBuilder();
    for (int i = 0; i < order.length; i++) {
      all.append(texts.get(order[i]));
      offsets.setAtIndex(
          ValueLayout.JAVA_LONG, i + 1L, all.toString().getBytes(StandardCharsets.UTF_8).length);
    }
    byte[] bytes = all.toString().getBytes(StandardCharsets.UTF_8);
    return new TextColumn(order.length, arena.allocateFrom(ValueLayout.JAVA_BYTE, bytes), offsets);
  }
}
