package io.github.peccary.engine.evaluate;

import io.github.peccary.engine.metric.Bootstrap.Interval;
import io.github.peccary.engine.model.HistoryLength;
import java.util.Map;

/// The rankings of those users who had about as many items before.
///
/// @param history how many items that is
/// @param users how many of the ranked users these are, at least one
/// @param models the measures by name, means over these users, for each model that ranks
/// @param intervals the bounds of the same means
public record HistoryClass(
    HistoryLength history,
    int users,
    Map<String, Map<String, Double>> models,
    Map<String, Map<String, Interval>> intervals) {}
