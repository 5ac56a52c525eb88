/// What the command line and the service answer alike: the fields of items, reasons and events.
@NullMarked
package io.github.peccary.tools.answer;

import org.jspecify.annotations.NullMarked;
