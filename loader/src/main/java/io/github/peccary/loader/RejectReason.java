package io.github.peccary.loader;

/// Why a row was left out. The first that applies counts, in this order.
public enum RejectReason {
  /// A row of text is longer than a megabyte.
  ROW_TOO_LONG("rowTooLong"),
  /// A quote opens a field of a row of text and none closes it.
  UNTERMINATED_QUOTE("unterminatedQuote"),
  /// A row of text ends before the last column that is read.
  TOO_FEW_COLUMNS("tooFewColumns"),
  /// One of the columns is null.
  NULL("null"),
  /// An id is not valid UTF-8.
  INVALID_UTF8("invalidUtf8"),
  /// Nothing is left of an id once it is cleaned.
  EMPTY_ID("emptyId"),
  /// The rating is not a decimal number: text, empty, a comma for a point, hexadecimal.
  NON_NUMERIC("nonNumeric"),
  /// The rating is NaN or infinite, spelled so or too large for a float.
  NOT_FINITE("notFinite"),
  /// The rating is outside the scale asked for. An implicit 0 never is.
  OUT_OF_SCALE("outOfScale"),
  /// The time is neither a number nor a date, or lies before 1970 or too far ahead.
  NOT_A_TIME("notATime");

  private final String key;

  RejectReason(String key) {
    this.key = key;
  }

  /// The name in reports and metadata.
  public String key() {
    return key;
  }
}
