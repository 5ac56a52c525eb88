/// Factors and biases: what training learns, and what predicts.
package io.github.peccary.engine.model;
