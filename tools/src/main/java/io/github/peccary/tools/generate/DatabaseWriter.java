package io.github.peccary.tools.generate;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.SplittableRandom;

/// Writes the three tables in one transaction without a journal: the file is thrown away if
/// anything goes wrong.
final class DatabaseWriter implements AutoCloseable {
  private static final int ROWS_PER_REPORT = 1 << 15;
  private static final int PAGE_BYTES = 8_192;

  private final Shape shape;
  private final GeneratorListener listener;
  private final Connection connection;
  private final long planned;
  private long written;

  /// @param file empty or not there yet
  DatabaseWriter(Path file, Shape shape, GeneratorListener listener) throws SQLException {
    this.shape = shape;
    this.listener = listener;
    this.planned = (long) shape.rows() + shape.books() + shape.users();
    this.connection = DriverManager.getConnection("jdbc:sqlite:file:" + file.toUri().getRawPath());
    try (Statement statement = connection.createStatement()) {
      statement.execute("PRAGMA page_size = " + PAGE_BYTES);
      statement.execute("PRAGMA journal_mode = OFF");
      statement.execute("PRAGMA synchronous = OFF");
      statement.execute("PRAGMA locking_mode = EXCLUSIVE");
      connection.setAutoCommit(false);
      statement.execute("CREATE TABLE ratings (user_id INTEGER, isbn TEXT, rating INTEGER)");
      statement.execute("CREATE TABLE books (isbn TEXT, title TEXT, author TEXT, year INTEGER)");
      statement.execute("CREATE TABLE users (user_id INTEGER, location TEXT, age INTEGER)");
    } catch (SQLException e) {
      connection.close();
      throw e;
    }
  }

  void write(Population population, SplittableRandom random) throws SQLException {
    Isbns isbns = new Isbns(shape.items(), random.split());
    writeRatings(population, isbns, random.split());
    writeBooks(population.taste(), isbns, random.split());
    writeUsers(random.split());
    connection.commit();
    listener.rows(written, planned);
  }

  /// By user, as in the original. A repeated row follows at the end of its user.
  private void writeRatings(Population population, Isbns isbns, SplittableRandom random)
      throws SQLException {
    int pairs = population.items().length;
    Countdown repeats = new Countdown(shape.duplicates(), pairs);
    try (BulkInsert rows = new BulkInsert(connection, "ratings", 3, shape.rows())) {
      int event = 0;
      for (int user = 0; user < shape.users(); user++) {
        int userStart = event;
        int repeated = 0;
        for (int end = event + population.userSizes()[user]; event < end; event++) {
          rows.add(user + 1);
          rows.add(isbns.typed(population.items()[event], random));
          rows.add(population.values()[event]);
          repeated += repeats.due(random) ? 1 : 0;
          count();
        }
        for (int i = 0; i < repeated; i++) {
          int again = userStart + i;
          rows.add(user + 1);
          rows.add(isbns.misspelt(population.items()[again], random));
          rows.add(1 + random.nextInt(10));
          count();
        }
      }
    }
  }

  /// The books that the table lacks are among the less popular half.
  private void writeBooks(Taste taste, Isbns isbns, SplittableRandom random) throws SQLException {
    Titles titles = new Titles(random.split());
    int safe = Math.min(shape.items() / 2, shape.books());
    Countdown listed = new Countdown(shape.books() - safe, shape.items() - safe);
    try (BulkInsert rows = new BulkInsert(connection, "books", 4, shape.books())) {
      for (int item = 0; item < shape.items(); item++) {
        if (item < safe || listed.due(random)) {
          rows.add(isbns.typed(item, random));
          rows.add(titles.title(taste.itemGenre(item)));
          rows.add(titles.author());
          rows.add(2004 - (int) (54 * Math.pow(random.nextDouble(), 2.5)));
          count();
        }
      }
    }
  }

  private void writeUsers(SplittableRandom random) throws SQLException {
    Titles titles = new Titles(random.split());
    try (BulkInsert rows = new BulkInsert(connection, "users", 3, shape.users())) {
      for (int user = 1; user <= shape.users(); user++) {
        rows.add(user);
        rows.add(titles.location());
        if (random.nextInt(5) < 2) {
          rows.addNull(); // two of five did not tell their age
        } else {
          rows.add(Math.clamp(Math.round(35 + 13 * random.nextGaussian()), 10, 90));
        }
        count();
      }
    }
  }

  private void count() {
    if (++written % ROWS_PER_REPORT == 0) {
      listener.rows(written, planned);
    }
  }

  @Override
  public void close() throws SQLException {
    connection.close();
  }

  /// Chooses exactly `chosen` of `all` as they come by, each as likely as any other.
  private static final class Countdown {
    private int chosen;
    private int all;

    Countdown(int chosen, int all) {
      this.chosen = chosen;
      this.all = all;
    }

    boolean due(SplittableRandom random) {
      boolean due = random.nextInt(all--) < chosen;
      chosen -= due ? 1 : 0;
      return due;
    }
  }
}
