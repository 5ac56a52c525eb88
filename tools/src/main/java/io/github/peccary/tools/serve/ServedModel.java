package io.github.peccary.tools.serve;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.engine.recommend.ModelHolder;
import io.github.peccary.engine.recommend.Recommender;
import io.github.peccary.engine.storage.Verify;
import io.github.peccary.tools.Failures;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// The model that is served now, and what has become of the files at its path.
final class ServedModel implements AutoCloseable {
  private static final String METRIC = "peccary.metric.";
  private static final String CURVE = "peccary.curve.";
  private static final String SETTING = "peccary.train.";

  private final LongAdder refusals = new LongAdder();
  private final ModelHolder holder;
  private volatile @Nullable Refused lastRefused;
  private volatile boolean readable = true;

  private record Refused(Instant at, String why) {}

  /// @param log is told of every swap and refusal
  ServedModel(Path path, Verify verify, Duration watch, Consumer<String> log) throws IOException {
    holder =
        ModelHolder.open(
            path,
            watch,
            new ModelHolder.Listener() {
              @Override
              public void swapped(FactorModel model) {
                readable = true;
                log.accept("swapped: model=" + model.path() + ", " + model.fingerprint());
              }

              @Override
              public void refused(Path refused, Exception why) {
                String sentence = Failures.sentence(why);
                refusals.increment();
                lastRefused = new Refused(Instant.now(), sentence);
                log.accept("refused, the model before it stays: " + sentence);
              }
            },
            verify);
  }

  /// @throws Problem 503 where the mapped file was cut short
  <T> T call(Function<Recommender, T> task) {
    try {
      return holder.call(task);
    } catch (InternalError e) {
      if (!Failures.isFault(e)) {
        throw e;
      }
      readable = false;
      throw unreadable();
    }
  }

  private static Problem unreadable() {
    return Problem.unavailable(
        "the model file was cut short or its disk failed; rename a whole one to its path");
  }

  /// @throws Problem 503 where the model could not be read and no other has come
  void requireReadable() {
    if (!readable) {
      throw unreadable();
    }
  }

  Map<String, Object> fields() {
    return call(recommender -> fields(recommender.model()));
  }

  private Map<String, Object> fields(FactorModel model) {
    Map<String, Object> fields = new LinkedHashMap<>();
    fields.put("path", model.path().toString());
    fields.put("objective", model.objective());
    fields.put("rank", model.rank());
    fields.put("users", model.users());
    fields.put("items", model.items());
    fields.put("minRating", model.minRating());
    fields.put("maxRating", model.maxRating());
    fields.put("holdout", model.holdout());
    fields.put("metrics", metadata(model, METRIC, ServedModel::numberOrText));
    fields.put("curves", metadata(model, CURVE, ServedModel::numbers));
    fields.put("settings", metadata(model, SETTING, ServedModel::numberOrText));
    fields.put("canFoldIn", model.canFoldIn());
    fields.put("hasSeen", model.hasSeen());
    fields.put("hasTitles", model.titles() != null);
    fields.put("blended", model.blend() != null);
    fields.put("fingerprint", model.fingerprint());
    fields.put("ratingsFingerprint", model.ratingsFingerprint());
    fields.put("loadedAt", holder.loadedAt().toString());
    fields.put("swaps", holder.swaps());
    Refused refused = lastRefused;
    if (refused != null) {
      fields.put("lastRefused", Map.of("at", refused.at().toString(), "why", refused.why()));
    }
    return fields;
  }

  /// The entries below a prefix.
  private static Map<String, Object> metadata(
      FactorModel model, String prefix, Function<String, Object> value) {
    Map<String, Object> entries = new TreeMap<>();
    model
        .metadata()
        .forEach(
            (key, text) -> {
              if (key.startsWith(prefix)) {
                entries.put(key.substring(prefix.length()), value.apply(text));
              }
            });
    return entries;
  }

  private static Object numberOrText(String value) {
    try {
      return Double.valueOf(value);
    } catch (NumberFormatException e) {
      return value;
    }
  }

  private static Object numbers(String values) {
    return values.isEmpty()
        ? List.of()
        : Arrays.stream(values.split(" ")).map(Float::valueOf).toList();
  }

  /// Numbers for the metrics, each with its name and labels.
  Map<String, Number> numbers() {
    Map<String, Number> numbers = new LinkedHashMap<>();
    numbers.put("peccary_model_swaps_total", holder.swaps());
    numbers.put("peccary_model_refused_total", refusals.sum());
    Duration age = Duration.between(holder.loadedAt(), Instant.now());
    numbers.put("peccary_model_age_seconds", age.toMillis() / 1e3);
    String labels = call(now -> labels(now.model()));
    numbers.put("peccary_model_info{" + labels + "}", 1);
    return numbers;
  }

  private static String labels(FactorModel model) {
    return "objective=\"%s\",rank=\"%d\",fingerprint=\"%s\""
        .formatted(model.objective(), model.rank(), model.fingerprint());
  }

  @Override
  public void close() {
    holder.close();
  }
}
