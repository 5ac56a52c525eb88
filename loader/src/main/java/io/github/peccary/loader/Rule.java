package io.github.peccary.loader;

import java.util.Arrays;
import java.util.EnumMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// A rule that a rules file may hold. All rules about items know ISBNs only.
public enum Rule {
  /// An ISBN-13 from 978 on becomes the ISBN-10 of the same book.
  FOLD_ISBN13("fold-isbn13", IsbnForm.ISBN_13),
  /// Letters become the digits they were typed for.
  FIX_LETTERS("fix-letters", IsbnForm.LETTERS),
  /// Characters between the digits are left out.
  FIX_PUNCTUATION("fix-punctuation", IsbnForm.PUNCTUATION),
  /// What stands behind an ISBN is left out.
  TRIM_ISBN("trim-isbn", IsbnForm.FOLLOWED),
  /// Nine digits get the 0 before them back.
  FIX_LEADING_ZERO("fix-leading-zero", IsbnForm.LEADING_ZERO),
  /// Rows whose item is junk are left out.
  DROP_JUNK("drop-junk", IsbnForm.JUNK),
  /// Rows of one user are left out.
  DROP_USER("drop-user", null);

  private static final Map<IsbnForm, Rule> BY_FORM = new EnumMap<>(IsbnForm.class);

  static {
    for (Rule rule : values()) {
      if (rule.form != null) {
        BY_FORM.put(rule.form, rule);
      }
    }
  }

  private final String word;
  private final @Nullable IsbnForm form;

  Rule(String word, @Nullable IsbnForm form) {
    this.word = word;
    this.form = form;
  }

  /// How it is written, in files and reports.
  public String word() {
    return word;
  }

  /// The items that it is about; null for [#DROP_USER].
  public @Nullable IsbnForm form() {
    return form;
  }

  /// Whether it leaves rows out; the others give an item another id.
  public boolean drops() {
    return this == DROP_JUNK || this == DROP_USER;
  }

  static @Nullable Rule of(String word) {
    return Arrays.stream(values()).filter(rule -> rule.word.equals(word)).findFirst().orElse(null);
  }

  /// The rule about items of a form, null if there is none.
  static @Nullable Rule of(IsbnForm form) {
    return BY_FORM.get(form);
  }

  /// All of them, as people write them.
  static String known() {
    return Arrays.stream(values())
        .map(rule -> rule == DROP_USER ? rule.word + " ID" : rule.word)
        .collect(Collectors.joining(", "));
  }
}
