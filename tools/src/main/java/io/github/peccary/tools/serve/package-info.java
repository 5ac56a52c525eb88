/// The HTTP service over a model: routes, answers, limits. No algorithm lives here.
@NullMarked
package io.github.peccary.tools.serve;

import org.jspecify.annotations.NullMarked;
