package io.github.peccary.tools.generate;

import java.nio.file.Path;

/// What to make up.
///
/// @param seed the same shape and seed give the same rows, everywhere
/// @param output the SQLite file to write; an old one is replaced when the new one is complete
public record GeneratorConfig(Shape shape, long seed, Path output) {}
