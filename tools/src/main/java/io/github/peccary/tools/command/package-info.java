/// One class a command: it parses, calls the engine or the loader, prints. No algorithm lives here.
@NullMarked
package io.github.peccary.tools.command;

import org.jspecify.annotations.NullMarked;
