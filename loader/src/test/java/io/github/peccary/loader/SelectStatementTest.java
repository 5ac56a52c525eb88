package io.github.peccary.loader;

import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SelectStatementTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1, 2, 3",
        "select a, b, c from t;",
        "  \n SELECT 1, 2, 3 ; \n -- the end; really",
        "/* a; b */ -- c; d\n SELECT 1",
        "WITH t AS (SELECT 1) SELECT * FROM t",
        "VALUES (1, 2, 3)",
        "SELECT 'a;b', \"c;d\", [e;f], `g;h` FROM t",
        "SELECT 'it''s; fine', 2, 3 /* ; */ ; "
            + "/* nothing but blanks and comments may follow */",
        "SELECT 1 -- no end of line",
      })
  void oneStatementThatReadsIsTaken(String sql) {
    assertThatCode(() -> SelectStatement.check("query", sql, "")).doesNotThrowAnyException();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "   ",
        "-- SELECT 1",
        "DELETE FROM ratings",
        "UPDATE ratings SET rating = 0",
        "PRAGMA table_info(ratings)",
        "ATTACH 'other.db' AS other",
        "SELECTED",
        "explain SELECT 1",
        "ratings",
      })
  void whatDoesNotReadIsRefused(String sql) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SelectStatement.check("query", sql, "SELECT a, b, c FROM t"))
        .withMessage(
            "the query must be a SELECT: query='%s'; give one like SELECT a, b, c FROM t"
                .formatted(sql));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "SELECT 1, 2, 3; DELETE FROM ratings",
        "SELECT ';'; SELECT 2",
        "SELECT 1 /* ; */ ; /* ; */ x",
      })
  void twoStatementsAreRefused(String sql) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> SelectStatement.check("titles", sql, ""))
        .withMessageStartingWith("the query must be one statement: titles='")
        .withMessageEndingWith("; drop what follows the semicolon");
  }
}
