package io.github.peccary.tools.serve;

import io.github.peccary.tools.Json;
import java.io.IOException;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What a request asks with: the parameters of a query, or the fields of a posted JSON object. Each
/// getter throws a [Problem] 400 that names the parameter where its value is not acceptable.
final class Parameters {
  private final Map<String, Object> values;

  /// JSON tells numbers and lists from text; a query does not.
  private final boolean typed;

  private Parameters(Map<String, Object> values, boolean typed, Set<String> allowed) {
    this.values = values;
    this.typed = typed;
    for (String name : values.keySet()) {
      if (!allowed.contains(name)) {
        throw new Problem(
            400,
            "a parameter must be one of %s: found=%s"
                .formatted(String.join(", ", new TreeSet<>(allowed)), name));
      }
    }
  }

  /// @param raw as it stands in the address; null for none
  /// @param allowed names of parameters
  static Parameters ofQuery(@Nullable String raw, Set<String> allowed) {
    Map<String, Object> values = new LinkedHashMap<>();
    if (raw != null && !raw.isEmpty()) {
      for (String pair : raw.split("&", -1)) {
        int equals = pair.indexOf('=');
        String name = Percent.query(equals < 0 ? pair : pair.substring(0, equals));
        String value = equals < 0 ? "" : Percent.query(pair.substring(equals + 1));
        if (values.put(name, value) != null) {
          throw new Problem(400, "a parameter must be given once: found twice=" + name);
        }
      }
    }
    return new Parameters(values, false, allowed);
  }

  /// @param body one JSON object in UTF-8
  /// @param allowed names of fields
  static Parameters ofJson(byte[] body, Set<String> allowed) {
    Map<String, Object> fields;
    try {
      fields = Json.parse(Percent.utf8(body, "the body"));
    } catch (IOException | IllegalArgumentException e) {
      throw new Problem(400, "the body must be one JSON object: bytes=" + body.length);
    }
    return new Parameters(fields, true, allowed);
  }

  boolean has(String name) {
    return values.containsKey(name);
  }

  /// A text that must be given.
  String text(String name) {
    if (values.get(name) instanceof String text && !text.isEmpty()) {
      return text;
    }
    throw bad(name, "a text");
  }

  /// A whole number in bounds.
  int number(String name, int otherwise, int least, int most) {
    if (!has(name)) {
      return otherwise;
    }
    long number =
        switch (values.get(name)) {
          case Integer value when typed -> value;
          case String text when !typed && text.matches("\\d{1,9}") -> Long.parseLong(text);
          case null, default -> Long.MIN_VALUE;
        };
    if (number < least || number > most) {
      throw bad(name, "a whole number from %d to %d".formatted(least, most));
    }
    return (int) number;
  }

  boolean flag(String name, boolean otherwise) {
    if (!has(name)) {
      return otherwise;
    }
    return switch (values.get(name)) {
      case Boolean value when typed -> value;
      case String text when !typed && text.equals("true") -> true;
      case String text when !typed && text.equals("false") -> false;
      case null, default -> throw bad(name, "true or false");
    };
  }

  /// One of the constants of an enumeration, by what [#toString] writes.
  <E extends Enum<E>> E choice(String name, E otherwise) {
    if (!has(name)) {
      return otherwise;
    }
    E[] all = otherwise.getDeclaringClass().getEnumConstants();
    for (E one : all) {
      if (one.toString().equals(values.get(name))) {
        return one;
      }
    }
    throw bad(name, Arrays.stream(all).map(Enum::toString).collect(Collectors.joining(" or ")));
  }

  /// Ids; null where none are given.
  @Nullable List<String> ids(String name, int most) {
    if (!has(name)) {
      return null;
    }
    List<?> list =
        switch (values.get(name)) {
          case List<?> given when typed -> given;
          case String text when !typed -> Arrays.asList(text.split(",", -1));
          case null, default -> throw bad(name, "a list of ids");
        };
    requireAtMost(name, list.size(), most);
    return list.stream().map(id -> id instanceof String text ? text : wrongId(name)).toList();
  }

  private String wrongId(String name) {
    throw bad(name, "a list of ids, each a text");
  }

  /// The objects of a JSON list that must be given.
  List<Map<?, ?>> objects(String name, int most) {
    if (!(values.get(name) instanceof List<?> list) || list.isEmpty()) {
      throw bad(name, "a list of objects, not empty");
    }
    requireAtMost(name, list.size(), most);
    return list.stream()
        .<Map<?, ?>>map(
            element -> {
              if (element instanceof Map<?, ?> object) {
                return object;
              }
              throw bad(name, "a list of objects");
            })
        .toList();
  }

  private static void requireAtMost(String name, int count, int most) {
    if (count > most) {
      throw new Problem(400, "%s must hold at most %d: found=%d".formatted(name, most, count));
    }
  }

  private Problem bad(String name, String what) {
    Object found = values.get(name);
    return new Problem(
        400,
        "%s must be %s: %s"
            .formatted(name, what, found == null ? "found none" : name + "=" + found));
  }
}
