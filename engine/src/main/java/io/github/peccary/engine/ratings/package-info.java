/// Ratings as they lie on disk: compressed rows by user and by item, the ids of both, and which
/// ratings are held out.
///
/// Users and items are numbers from 0, by falling number of events, so that the busiest rows lie
/// together. Their ids are looked up in the mapped file; opening one builds nothing on the heap.
@NullMarked
package io.github.peccary.engine.ratings;

import org.jspecify.annotations.NullMarked;
