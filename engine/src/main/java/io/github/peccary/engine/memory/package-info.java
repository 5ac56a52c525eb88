/// Where large arrays outside the heap come from.
package io.github.peccary.engine.memory;
