/// Quality measures as plain functions of numbers: errors of predicted ratings and positions of
/// relevant items in a ranking. Training and evaluation both use them, so that the figure an epoch
/// reports and the figure an evaluation reports are one. The package knows nothing of models or
/// files.
@NullMarked
package io.github.peccary.engine.metric;

import org.jspecify.annotations.NullMarked;
