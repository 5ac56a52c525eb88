/// How good a model is, always beside what costs little: the global mean, the damped biases, the
/// popular items and the neighbours of items, scored on the same pairs by the same code.
@NullMarked
package io.github.peccary.engine.evaluate;

import org.jspecify.annotations.NullMarked;
