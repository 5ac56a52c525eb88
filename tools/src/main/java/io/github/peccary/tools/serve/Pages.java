package io.github.peccary.tools.serve;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32C;

/// The page for people, and what it is made of: resources of the jar. It asks for what any other
/// client may ask for, and for nothing from elsewhere.
final class Pages {
  /// Neither code nor style stands in the page itself, so that no title can become either.
  private static final String POLICY =
      "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

  private Pages() {}

  /// Each file at its path; answered however busy the service is, so that the page can say so.
  static List<Route> routes() {
    return List.of(
        route("/", "page.html", "text/html; charset=utf-8"),
        route("/page.css", "page.css", "text/css; charset=utf-8"),
        script("page.js"),
        script("base.js"),
        script("books.js"),
        script("search.js"),
        script("curve.js"),
        route("/favicon.svg", "favicon.svg", "image/svg+xml"),
        route("/openapi.json", "openapi.json", "application/json"));
  }

  private static Route script(String name) {
    return route("/" + name, name, "text/javascript; charset=utf-8");
  }

  private static Route route(String path, String name, String type) {
    Reply reply = reply(name, type);
    return Route.always(path, (_, _) -> reply);
  }

  private static Reply reply(String name, String type) {
    byte[] body = read(name);
    CRC32C sum = new CRC32C();
    sum.update(body);
    String etag = "\"%08x\"".formatted(sum.getValue());
    return new Reply(
        200,
        type,
        body,
        Map.of("ETag", etag, "Cache-Control", "no-cache", "Content-Security-Policy", POLICY));
  }

  private static byte[] read(String name) {
    try (InputStream resource = Pages.class.getResourceAsStream(name)) {
      if (resource == null) {
        throw new FileNotFoundException("the jar must hold the page: name=" + name);
      }
      return resource.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
