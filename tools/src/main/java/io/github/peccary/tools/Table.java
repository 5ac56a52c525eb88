package io.github.peccary.tools;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/// Rows of cells in aligned columns. A column whose header ends in `<` is aligned to the left.
public final class Table {
  private static final String GAP = "  ";
  private final List<Boolean> left;
  private final List<List<String>> rows = new ArrayList<>();

  public Table(String... headers) {
    left = List.of(headers).stream().map(header -> header.endsWith("<")).toList();
    rows.add(List.of(headers).stream().map(header -> header.replaceFirst("<$", "")).toList());
  }

  public Table row(List<String> cells) {
    if (cells.size() != left.size()) {
      throw new IllegalArgumentException(
          "a row must have a cell a column: cells=" + cells.size() + ", columns=" + left.size());
    }
    rows.add(List.copyOf(cells));
    return this;
  }

  public Table row(String... cells) {
    return row(List.of(cells));
  }

  /// The lines, headers first, each indented by two blanks.
  public List<String> lines() {
    List<Integer> widths = new ArrayList<>(Collections.nCopies(left.size(), 0));
    for (List<String> row : rows) {
      for (int column = 0; column < row.size(); column++) {
        widths.set(column, Math.max(widths.get(column), width(row.get(column))));
      }
    }
    List<String> lines = new ArrayList<>();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int column = 0; column < row.size(); column++) {
        String cell = row.get(column);
        String padding = " ".repeat(widths.get(column) - width(cell));
        line.append(GAP).append(left.get(column) ? cell + padding : padding + cell);
      }
      lines.add(line.toString().stripTrailing());
    }
    return lines;
  }

  private static int width(String cell) {
    return cell.codePointCount(0, cell.length());
  }
}
