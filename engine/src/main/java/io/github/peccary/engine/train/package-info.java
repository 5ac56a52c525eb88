/// Training: the ratings laid out in tiles, the order in which workers visit them, and the loop of
/// epochs in [io.github.peccary.engine.train.Trainer].
package io.github.peccary.engine.train;
