package io.github.peccary.loader;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class IsbnTest {
  static final Set<Rule> CHANGING =
      Arrays.stream(Rule.values())
          .filter(rule -> !rule.drops())
          .collect(Collectors.toCollection(() -> EnumSet.noneOf(Rule.class)));

  private static final Rules ALL = new Rules(CHANGING, new TreeSet<>());

  /// Checked by hand. An ISBN-10 is the book of its title page; what stands behind the arrow is the
  /// id after all rules.
  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "034545104X    | ISBN_10        | 034545104X", // 0·10+3·9+4·8+5·7+4·6+5·5+1·4+0·3+4·2 = 155
        "0306406152    | ISBN_10        | 0306406152", // the example of the standard
        "9780306406157 | ISBN_13        | 0306406152",
        "9780345451040 | ISBN_13        | 034545104X",
        "9791090636071 | ISBN_979       | 9791090636071",
        "0306406153    | WRONG_CHECK_10 | 0306406153",
        "030640615X    | WRONG_CHECK_10 | 030640615X",
        "9780306406158 | WRONG_CHECK_13 | 9780306406158",
        "9791090636072 | WRONG_CHECK_13 | 9791090636072",
        "O3O64O6l52    | LETTERS        | 0306406152",
        "978O306406I57 | LETTERS        | 0306406152",
        "O306406153    | JUNK           | O306406153", // and still wrong
        "0.306.40615.2 | PUNCTUATION    | 0306406152",
        "0/345/45104X  | PUNCTUATION    | 034545104X",
        "0306406152.   | PUNCTUATION    | 0306406152",
        "0–306–40615–2 | PUNCTUATION    | 0306406152", // en dashes
        "978.0306406157| PUNCTUATION    | 0306406152",
        "306406152     | LEADING_ZERO   | 0306406152",
        "306406153     | NINE_DIGITS    | 306406153",
        "0306406152>>5 | FOLLOWED       | 0306406152",
        "0306406152PBK | FOLLOWED       | 0306406152",
        "9780306406157(PB|FOLLOWED      | 0306406152",
        "03064061525   | JUNK           | 03064061525", // one digit too many: which?
        "0306406152X   | JUNK           | 0306406152X",
        "0306406153PBK | JUNK           | 0306406153PBK",
        "B0000640CT    | ASIN           | B0000640CT",
        "B0000640CT1   | JUNK           | B0000640CT1",
        "b0000640CT    | JUNK           | b0000640CT",
        "0000000000    | JUNK           | 0000000000",
        "000000000     | JUNK           | 000000000",
        "1111111111    | JUNK           | 1111111111",
        "X345451040    | JUNK           | X345451040",
        "9770306406157 | JUNK           | 9770306406157",
        "978030640615X | JUNK           | 978030640615X",
        "12345678      | JUNK           | 12345678",
        "é             | JUNK           | é",
        "X             | JUNK           | X",
      })
  void formsAndWhatBecomesOfThem(String id, IsbnForm form, String changed) {
    assertThat(form(id)).isEqualTo(form);
    assertThat(IsbnOracle.form(id)).isEqualTo(form);
    assertThat(changed(id)).isEqualTo(changed);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void foldingIsTheInverseOfUnfolding(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 3_000; i++) {
      String isbn = isbn(random);
      String message = "seed=%d, isbn=%s".formatted(seed, isbn);
      assertThat(form(isbn)).as(message).isEqualTo(IsbnForm.ISBN_10);
      assertThat(form(IsbnOracle.unfold(isbn))).as(message).isEqualTo(IsbnForm.ISBN_13);
      assertThat(changed(IsbnOracle.unfold(isbn))).as(message).isEqualTo(isbn);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void oneWrongDigitIsFoundAndNeverRepaired(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 3_000; i++) {
      String isbn = random.nextBoolean() ? isbn(random) : IsbnOracle.unfold(isbn(random));
      int at = (isbn.length() == 10 ? 0 : 3) + random.nextInt(isbn.length() == 10 ? 9 : 10);
      int digit = (isbn.charAt(at) - '0' + 1 + random.nextInt(9)) % 10;
      String wrong = isbn.substring(0, at) + digit + isbn.substring(at + 1);
      String message = "seed=%d, isbn=%s, wrong=%s".formatted(seed, isbn, wrong);
      assertThat(form(wrong))
          .as(message)
          .isEqualTo(isbn.length() == 10 ? IsbnForm.WRONG_CHECK_10 : IsbnForm.WRONG_CHECK_13);
      assertThat(changed(wrong)).as(message).isEqualTo(wrong);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void bytesAreWhatStringsAre(long seed) {
    Random random = new Random(seed);
    Map<IsbnForm, Integer> seen = new EnumMap<>(IsbnForm.class);
    for (int i = 0; i < 20_000; i++) {
      String id = DirtyIds.cleaned(random, 1_000);
      String message = "seed=%d, i=%d, id='%s'".formatted(seed, i, id);
      IsbnForm form = form(id);
      assertThat(form).as(message).isEqualTo(IsbnOracle.form(id));
      String changed = changed(id);
      assertThat(changed).as(message).isEqualTo(IsbnOracle.changed(id, CHANGING));
      assertThat(changed(changed)).as(message + ", a second time").isEqualTo(changed);
      seen.merge(form, 1, Integer::sum);
    }
    assertThat(seen).as("every form occurs: seed=" + seed).hasSize(IsbnForm.values().length);
  }

  private static String isbn(Random random) {
    String nine = "%09d".formatted(1 + random.nextInt(999_999_998));
    return nine + IsbnOracle.checkOfTen(nine);
  }

  /// Between other bytes, which must not matter.
  private static IsbnForm form(String id) {
    byte[] bytes = ("1" + id + "1").getBytes(StandardCharsets.UTF_8);
    return Isbn.of(bytes, 1, bytes.length - 2);
  }

  private static String changed(String id) {
    byte[] bytes = ("1" + id + "1").getBytes(StandardCharsets.UTF_8);
    byte[] isbn = new byte[Isbn.MAX_BYTES];
    int length = ALL.change(form(id), bytes, 1, bytes.length - 2, isbn);
    return length == 0 ? id : new String(isbn, 0, length, StandardCharsets.US_ASCII);
  }
}
