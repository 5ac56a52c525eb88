package io.github.peccary.tools;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;

/// A world that a model must understand: even users like even books, odd users odd ones. Three of
/// four pairs are rated, 9 or 2; of the others a few are seen and not rated. The ISBN of book 7 is
/// printed `0-00-0007-x` and kept as `000007X`; its title is `Book 7`.
public final class TwoTastes {
  static final int USERS = 40;
  static final int BOOKS = 30;

  private TwoTastes() {}

  static boolean rated(int user, int book) {
    return (user * 7 + book * 3) % 4 != 0;
  }

  static boolean likes(int user, int book) {
    return user % 2 == book % 2;
  }

  static boolean seen(int user, int book) {
    return rated(user, book) || user % 5 == 0;
  }

  static String isbn(int book) {
    return "00%04dX".formatted(book);
  }

  static String printedIsbn(int book) {
    return "0-0%04d-x".formatted(book);
  }

  /// The number of the book with a title such as `Book 7`.
  static int book(Object title) {
    return Integer.parseInt(title.toString().substring("Book ".length()));
  }

  static Path database(Path file) {
    Database.of(
        file,
        "CREATE TABLE ratings(user_id INTEGER, isbn TEXT, rating INTEGER)",
        "CREATE TABLE books(isbn TEXT, title TEXT)");
    try (Connection connection = Database.open(file)) {
      connection.setAutoCommit(false);
      try (PreparedStatement rating =
              connection.prepareStatement("INSERT INTO ratings VALUES(?, ?, ?)");
          PreparedStatement title = connection.prepareStatement("INSERT INTO books VALUES(?, ?)")) {
        for (int book = 0; book < BOOKS; book++) {
          title.setString(1, isbn(book));
          title.setString(2, "Book " + book);
          title.executeUpdate();
          for (int user = 0; user < USERS; user++) {
            if (seen(user, book)) {
              rating.setInt(1, user);
              rating.setString(2, printedIsbn(book));
              rating.setInt(3, rated(user, book) ? (likes(user, book) ? 9 : 2) : 0);
              rating.executeUpdate();
            }
          }
        }
      }
      connection.commit();
    } catch (SQLException e) {
      throw new AssertionError(e);
    }
    return file;
  }

  /// The ratings file of it.
  public static Path ratings(Path folder) {
    Path output = folder.resolve("ratings.safetensors");
    Cli.Result result =
        Cli.run(
            "load",
            database(folder.resolve("books.db")),
            "-o",
            output,
            "--titles",
            "SELECT isbn, title FROM books");
    assertThat(result.exitCode()).as(result.err()).isZero();
    return output;
  }

  /// A model of it, trained on all ratings.
  public static Path model(Path folder, Path ratings) {
    Path output = folder.resolve("model.safetensors");
    Cli.Result result =
        Cli.run("train", ratings, "-o", output, "--rank", 4, "--refit", "--deterministic");
    assertThat(result.exitCode()).as(result.err()).isZero();
    return output;
  }
}
