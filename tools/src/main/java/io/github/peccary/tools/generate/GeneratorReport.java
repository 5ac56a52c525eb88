package io.github.peccary.tools.generate;

import java.nio.file.Path;

/// What was made up.
///
/// @param shape the name of the shape
/// @param rows rows of the table of ratings, `duplicates` among them; ratings of a ratings file
/// @param items different ISBNs after normalisation; items of a ratings file
/// @param books rows of the table of books; 0 in a ratings file
/// @param duplicates rows that repeat a pair; 0 in a ratings file
public record GeneratorReport(
    Path output,
    String shape,
    long seed,
    long rows,
    int users,
    int items,
    int books,
    int duplicates,
    double seconds) {}
