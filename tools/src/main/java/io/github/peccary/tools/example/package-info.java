/// The matrix of `peccary example`, small enough to be read whole.
@NullMarked
package io.github.peccary.tools.example;

import org.jspecify.annotations.NullMarked;
