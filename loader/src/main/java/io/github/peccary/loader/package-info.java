/// From a source of ratings to a ratings file: reading, cleaning, numbering, compaction.
///
/// One direction only, each step a small class: an `OpenSource` gives a `RowSource`, which fills
/// batches of raw bytes, the `RowCleaner` applies the loading rules in place, two `IdInterner`s
/// number the ids, the `EventLog` keeps the rows off the heap, and `Compaction` turns them into
/// rows by user.
package io.github.peccary.loader;
