/// What this machine can do at most, and how close the kernels come to it.
@NullMarked
package io.github.peccary.tools.roofline;

import org.jspecify.annotations.NullMarked;
