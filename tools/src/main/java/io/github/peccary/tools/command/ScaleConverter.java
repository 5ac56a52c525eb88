package io.github.peccary.tools.command;

import io.github.peccary.loader.Scale;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads `--scale 1..10`.
final class ScaleConverter implements ITypeConverter<Scale> {
  @Override
  public Scale convert(String text) {
    try {
      return Scale.parse(text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
