package io.github.peccary.loader;

import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A database behind a JDBC URL, whose driver must be on the class path.
///
/// @param query one SELECT of three columns, user, item, rating, or of four with the time
/// @param titlesQuery one SELECT of two columns: item, title; null for none
/// @param user whom to log in as; null if the URL says or nobody has to
/// @param password null for none
public record JdbcSource(
    String url,
    String query,
    @Nullable String titlesQuery,
    @Nullable String user,
    @Nullable String password)
    implements Source {
  public JdbcSource {
    if (!url.startsWith("jdbc:")) {
      throw new IllegalArgumentException(
          "the URL must be one of JDBC: jdbc='%s'; give one like jdbc:postgresql://host/database"
              .formatted(url));
    }
    SelectStatement.check(query, titlesQuery);
  }

  @Override
  public List<Path> files() {
    return List.of();
  }

  /// The URL without what may be secret: parameters, and who logs in.
  String name() {
    return url.replaceFirst("[?;].*", "").replaceFirst("//[^/]*@", "//");
  }

  /// Without the password.
  @Override
  public String toString() {
    return name();
  }
}
