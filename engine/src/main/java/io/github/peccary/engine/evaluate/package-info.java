/// How good a model is, always beside what costs nothing: the global mean, the damped biases and
/// the popular items, scored on the same pairs by the same code.
@NullMarked
package io.github.peccary.engine.evaluate;

import org.jspecify.annotations.NullMarked;
