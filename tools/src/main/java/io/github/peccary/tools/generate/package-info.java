/// Made-up databases of ratings in the shape of real ones, with a planted model to be found.
package io.github.peccary.tools.generate;
