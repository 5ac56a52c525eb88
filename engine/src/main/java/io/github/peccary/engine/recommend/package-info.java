/// Exact top-K: what a user may like, which items are alike. One blocked scan over the mapped item
/// rows, filters tested inside it, and always `k` results when `k` items are allowed.
@NullMarked
package io.github.peccary.engine.recommend;

import org.jspecify.annotations.NullMarked;
