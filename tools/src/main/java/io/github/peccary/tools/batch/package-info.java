/// Recommendations for every user of a model, in one file that survives interruptions.
@NullMarked
package io.github.peccary.tools.batch;

import org.jspecify.annotations.NullMarked;
