/// Made-up ratings in the shape of real ones, with a planted model to be found: databases, and
/// ratings files of any size.
package io.github.peccary.tools.generate;
