package io.github.peccary.engine.recommend;

/// One place of a ranking: an item index and the score that put it there.
public record ScoredItem(int item, float score) {}
