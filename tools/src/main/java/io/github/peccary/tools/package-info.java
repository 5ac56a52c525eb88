/// The command line: what every command shares. One class a command lives in
/// [io.github.peccary.tools.command].
@NullMarked
package io.github.peccary.tools;

import org.jspecify.annotations.NullMarked;
