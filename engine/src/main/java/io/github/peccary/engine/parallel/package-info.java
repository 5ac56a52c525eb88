/// One fixed pool of platform threads for everything that runs in parallel.
package io.github.peccary.engine.parallel;
