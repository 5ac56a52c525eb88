/// The data plane: static arithmetic on rows of floats outside the heap, and nothing else.
///
/// [io.github.peccary.engine.kernel.Kernels] is the one door. Behind it stand two twins: the scalar
/// one is the specification, the vector one computes the same bits faster.
package io.github.peccary.engine.kernel;
