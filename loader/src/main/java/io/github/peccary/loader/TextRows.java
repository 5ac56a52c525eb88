package io.github.peccary.loader;

import de.siegmar.fastcsv.reader.AbstractBaseCsvCallbackHandler;
import de.siegmar.fastcsv.reader.CloseableIterator;
import de.siegmar.fastcsv.reader.CsvReader;
import de.siegmar.fastcsv.reader.FieldMismatchStrategy;
import de.siegmar.fastcsv.reader.RecordType;
import de.siegmar.fastcsv.reader.StringArrayHandler;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// The rows of a text file. Fields go from the parser's buffer to the batch's, so that a row costs
/// no object; a row that cannot be taken apart comes as one that is rejected.
final class TextRows implements RowSource {
  /// Of a field that is not wanted, in the excerpt of a row that is rejected.
  private static final int EXCERPT = 40;

  private final int columns;
  private final Fields fields;
  private final CsvReader<Boolean> reader;
  private final CloseableIterator<Boolean> rows;

  /// @param utf8 from its first byte, a header included
  TextRows(InputStream utf8, Dialect dialect) {
    columns = dialect.places().length;
    fields = new Fields(dialect);
    reader =
        parser(dialect.separator())
            .build(fields, lines(utf8, dialect.separator(), dialect.quote()));
    rows = reader.iterator();
  }

  /// The fields of the first rows of a sample.
  static List<List<String>> of(byte[] sample, String separator, int quote, int count) {
    CsvReader<String[]> reader =
        parser(separator)
            .build(
                StringArrayHandler.of(), lines(new ByteArrayInputStream(sample), separator, quote));
    return reader.stream()
        .limit(count)
        .map(row -> Arrays.stream(row).map(Dialect::textOf).toList())
        .toList();
  }

  private static QuotedLines lines(InputStream utf8, String separator, int quote) {
    return new QuotedLines(utf8, Dialect.bytesOf(separator), quote);
  }

  private static CsvReader.CsvReaderBuilder parser(String separator) {
    return CsvReader.builder()
        .fieldSeparator(Dialect.bytesOf(separator))
        .quoteCharacter(QuotedLines.QUOTE)
        .missingFieldStrategy(FieldMismatchStrategy.IGNORE)
        .extraFieldStrategy(FieldMismatchStrategy.IGNORE)
        .maxBufferSize(4 * QuotedLines.MAX_ROW);
  }

  @Override
  public int columns() {
    return columns;
  }

  /// They are taken apart all the same: where a row ends, its quotes tell.
  @Override
  public long skip(long count) throws IOException {
    RowBatch batch = new RowBatch(columns);
    long skipped = 0;
    for (boolean more = true; more && skipped < count; skipped += batch.rows()) {
      if (count - skipped < RowBatch.MAX_ROWS) {
        batch = new RowBatch(columns, (int) (count - skipped));
      }
      more = read(batch);
    }
    return skipped;
  }

  @Override
  public boolean read(RowBatch batch) throws IOException {
    batch.clear();
    fields.batch = batch;
    try {
      while (!batch.full() && rows.hasNext()) {
        rows.next();
      }
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    return batch.rows() > 0;
  }

  @Override
  public void close() throws IOException {
    reader.close();
  }

  /// Hears of the fields of a row, one by one, and of its end.
  private static final class Fields extends AbstractBaseCsvCallbackHandler<Boolean> {
    private final int[] columnAt; // by place in the row: of the batch, or NONE
    private final boolean byField;
    private final byte[] separator;
    private final byte[] quote;
    private RowBatch batch = new RowBatch(1);
    private boolean header;
    private int rowStart;
    private @Nullable RejectReason fault;

    private static final int NONE = -1;

    Fields(Dialect dialect) {
      columnAt = new int[Arrays.stream(dialect.places()).max().orElseThrow() + 1];
      Arrays.fill(columnAt, NONE);
      for (int column = 0; column < dialect.places().length; column++) {
        columnAt[dialect.places()[column]] = column;
      }
      byField = dialect.encoding().byField();
      separator = dialect.separator().getBytes(StandardCharsets.UTF_8);
      quote = new byte[] {(byte) dialect.quote()};
      header = dialect.header();
    }

    @Override
    protected void handleBegin(long line) {
      rowStart = batch.used();
      fault = null;
    }

    @Override
    protected void handleField(int place, char[] text, int from, int length, boolean quoted) {
      if (length > 0 && text[from] > QuotedLines.QUOTE) {
        handleFault(text[from]);
        handleField(place, text, from + 1, length - 1, quoted);
        return;
      }
      if (place >= columnAt.length) {
        return;
      }
      int column = columnAt[place];
      int start = batch.used();
      int count = column == NONE ? Math.min(length, EXCERPT) : length;
      batch.append(text, from, count);
      if (byField && !Ids.validUtf8(batch.bytes(), start, count)) {
        batch.rewind(start);
        batch.append(decoded(text, from, count));
      }
      if (column != NONE) {
        batch.cell(column, start);
      }
      batch.append(separator); // for the excerpt of a row that is rejected
    }

    private void handleFault(char mark) {
      if (mark == QuotedLines.UNTERMINATED) {
        fault = RejectReason.UNTERMINATED_QUOTE;
        batch.append(quote);
      } else {
        fault = RejectReason.ROW_TOO_LONG;
      }
    }

    private static byte[] decoded(char[] bytes, int from, int count) {
      byte[] encoded = new String(bytes, from, count).getBytes(StandardCharsets.ISO_8859_1);
      return new String(encoded, TextEncoding.CP1252).getBytes(StandardCharsets.UTF_8);
    }

    @Override
    protected Boolean buildRecord() {
      if (getRecordType() != RecordType.DATA) {
        return true;
      }
      if (fault == null && getFieldCount() < columnAt.length) {
        fault = RejectReason.TOO_FEW_COLUMNS;
      }
      int length = Math.max(0, batch.used() - rowStart - separator.length);
      if (header || (getFieldCount() == 1 && Ids.strip(batch.bytes(), rowStart, length) == 0)) {
        header = false;
        batch.rewind(rowStart);
      } else if (fault != null) {
        batch.addFault(fault, rowStart, length);
      } else {
        batch.endRow();
      }
      return true;
    }
  }
}
