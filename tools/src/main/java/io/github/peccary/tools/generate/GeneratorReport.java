package io.github.peccary.tools.generate;

import java.nio.file.Path;

/// What was made up.
///
/// @param shape the name of the shape
/// @param rows rows of the table of ratings, `duplicates` among them
/// @param items different ISBNs after normalisation
/// @param books rows of the table of books
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
