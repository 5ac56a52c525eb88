package io.github.peccary.tools.command;

import io.github.peccary.engine.recommend.Similarity;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads `--by inner-product`, which is no name that Java could have.
final class SimilarityConverter implements ITypeConverter<Similarity> {
  @Override
  public Similarity convert(String text) {
    for (Similarity similarity : Similarity.values()) {
      if (similarity.toString().equalsIgnoreCase(text)) {
        return similarity;
      }
    }
    throw new TypeConversionException(
        "the similarity must be cosine or inner-product: similarity='%s'".formatted(text));
  }
}
