package io.github.peccary.tools.command;

import io.github.peccary.engine.train.TrainConfig.HoldoutRule;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads `--holdout 0.1` and `--holdout leave-1`.
final class HoldoutConverter implements ITypeConverter<HoldoutRule> {
  private static final String LEAVE = "leave-";

  @Override
  public HoldoutRule convert(String text) {
    try {
      return text.startsWith(LEAVE)
          ? new HoldoutRule.LeaveOut(Integer.parseInt(text.substring(LEAVE.length())))
          : new HoldoutRule.Fraction(Double.parseDouble(text));
    } catch (NumberFormatException e) {
      throw new TypeConversionException(
          "the holdout must be a share such as 0.1 or leave-N such as leave-1: holdout=" + text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
