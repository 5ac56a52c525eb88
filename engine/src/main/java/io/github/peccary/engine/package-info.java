/// The engine: mapped ratings and factors, kernels, training, recommendation and evaluation.
package io.github.peccary.engine;
