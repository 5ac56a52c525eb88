/// JMH benchmarks; each class answers one question and checks its answer before it is timed.
package io.github.peccary.bench;
