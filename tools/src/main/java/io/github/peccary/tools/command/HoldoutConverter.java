package io.github.peccary.tools.command;

import io.github.peccary.engine.train.TrainConfig.HoldoutRule;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/// Reads `--holdout 0.1`, `--holdout leave-1` and `--holdout leave-1-of-5`.
final class HoldoutConverter implements ITypeConverter<HoldoutRule> {
  private static final Pattern LEAVE = Pattern.compile("leave-([^-]+)(?:-of-(.+))?");

  @Override
  public HoldoutRule convert(String text) {
    try {
      Matcher leave = LEAVE.matcher(text);
      if (!leave.matches()) {
        return new HoldoutRule.Fraction(Double.parseDouble(text));
      }
      int k = Integer.parseInt(leave.group(1));
      return leave.group(2) == null
          ? new HoldoutRule.LeaveOut(k)
          : new HoldoutRule.LeaveOut(k, Integer.parseInt(leave.group(2)));
    } catch (NumberFormatException | ArithmeticException e) {
      throw new TypeConversionException(
          "the holdout must be a share such as 0.1, leave-N such as leave-1 or leave-N-of-M such as leave-1-of-5: holdout="
              + text);
    } catch (IllegalArgumentException e) {
      throw new TypeConversionException(e.getMessage());
    }
  }
}
