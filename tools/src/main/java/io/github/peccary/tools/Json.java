package io.github.peccary.tools;

import com.fasterxml.jackson.jr.ob.JSON;
import java.io.IOException;
import java.lang.reflect.Array;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// One JSON object on one line. JSON has no NaN and no infinity: they are written as null.
public final class Json {
  private static final JSON WITH_NULLS = JSON.std.with(JSON.Feature.WRITE_NULL_PROPERTIES);

  private Json() {}

  public static String line(Map<String, ?> fields) throws IOException {
    return WITH_NULLS.asString(finite(fields));
  }

  /// The object of a line written by [#line].
  public static Map<String, Object> parse(String line) throws IOException {
    return JSON.std.mapFrom(line);
  }

  private static @Nullable Object finite(@Nullable Object value) {
    return switch (value) {
      case Double number -> Double.isFinite(number) ? number : null;
      case Float number -> Float.isFinite(number) ? number : null;
      case Map<?, ?> map -> {
        Map<Object, @Nullable Object> finite = new LinkedHashMap<>();
        map.forEach((key, field) -> finite.put(key, finite(field)));
        yield finite;
      }
      case Iterable<?> list -> {
        List<@Nullable Object> finite = new ArrayList<>();
        list.forEach(element -> finite.add(finite(element)));
        yield finite;
      }
      case Object array when array.getClass().isArray() -> {
        List<@Nullable Object> finite = new ArrayList<>();
        for (int i = 0; i < Array.getLength(array); i++) {
          finite.add(finite(Array.get(array, i)));
        }
        yield finite;
      }
      case null -> null;
      default -> value;
    };
  }
}
