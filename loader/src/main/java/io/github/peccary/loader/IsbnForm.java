package io.github.peccary.loader;

/// What an item id is, seen as an ISBN; [Isbn#of] tells. Ids are as cleaned by [ItemIds#ISBN].
///
/// A form with a rule that makes an ISBN of it holds only ids that have the right check digit then:
/// one in eleven would have it by chance.
public enum IsbnForm {
  /// Nine digits and their check digit, which may be `X`.
  ISBN_10("isbn10", "ISBN-10"),
  /// Thirteen digits from 978 on, the last one their check digit: the book has an ISBN-10, too.
  ISBN_13("isbn13", "ISBN-13"),
  /// Thirteen digits from 979 on, the last one their check digit: there is no ISBN-10 of it.
  ISBN_979("isbn979", "ISBN-13 from 979"),
  /// An ISBN whose digits are partly letters: `O` or `o` for 0, `I` or `l` for 1.
  LETTERS("letters", "letters for digits"),
  /// An ISBN among other characters than letters and digits, as in `2.253.00044.X`.
  PUNCTUATION("punctuation", "an ISBN among punctuation"),
  /// Nine digits that are an ISBN-10 with a 0 before them, which something took for a number.
  LEADING_ZERO("leadingZero", "lost a leading zero"),
  /// An ISBN with more behind it that begins with neither digit nor `X`, as in `0553260111>>5`.
  FOLLOWED("followed", "an ISBN and more"),
  /// As an ISBN-10, but for the check digit. Any of the ten may be the wrong one.
  WRONG_CHECK_10("wrongCheck10", "wrong check digit, 10"),
  /// As an ISBN-13 from 978 or 979 on, but for the check digit.
  WRONG_CHECK_13("wrongCheck13", "wrong check digit, 13"),
  /// Nine digits that no 0 makes an ISBN. Some lack the last digit; any nine digits have one.
  NINE_DIGITS("nineDigits", "nine digits"),
  /// A number of Amazon's, `B0` and eight capital letters or digits: items without an ISBN.
  ASIN("asin", "ASIN"),
  /// Nothing of these, or one character over and over.
  JUNK("junk", "junk");

  private final String key;
  private final String title;

  IsbnForm(String key, String title) {
    this.key = key;
    this.title = title;
  }

  /// The name in JSON.
  public String key() {
    return key;
  }

  /// The name for people.
  public String title() {
    return title;
  }
}
