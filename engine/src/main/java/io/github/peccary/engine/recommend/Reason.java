package io.github.peccary.engine.recommend;

/// One of a user's own events, as a reason for an item that is recommended.
///
/// @param item of the event
/// @param contribution of the event to the score, above 0
/// @param share of the contribution in all of them, taken without their signs; at most 1
public record Reason(int item, double contribution, double share) {}
