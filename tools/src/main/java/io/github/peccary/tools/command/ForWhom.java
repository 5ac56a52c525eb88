package io.github.peccary.tools.command;

import io.github.peccary.engine.model.FactorModel;
import io.github.peccary.tools.Console;
import io.github.peccary.tools.answer.EventList;
import io.github.peccary.tools.answer.ItemId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// A user of the model, or somebody of whom only some events are known.
final class ForWhom {
  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec;

  @Option(names = "--user", paramLabel = "ID", description = "A user of the model.")
  private @Nullable String user;

  @Option(
      names = "--events",
      paramLabel = "EVENTS",
      description = {
        "In place of a user: items with commas between them, such as 0345417623:9,0971880107:7.",
        "A model for ratings needs the rating after the colon, one for rankings does not."
      })
  private @Nullable String events;

  /// Neither is wrong usage, and so are both.
  void requireOne() {
    if ((user == null) == (events == null)) {
      throw new ParameterException(
          spec.commandLine(),
          "either a user or events must be given: %s; give --user or --events"
              .formatted(user == null ? "found none" : "found both"));
    }
  }

  /// The options that were given.
  List<String> given() {
    List<String> given = new ArrayList<>();
    AllUsers.add(given, "--user", user != null);
    AllUsers.add(given, "--events", events != null);
    return given;
  }

  /// The user's index in the model; -1 for events.
  int userIndex(FactorModel model) {
    return user == null ? -1 : ItemId.requireUser(model, user);
  }

  /// The events; null for a user of the model.
  @Nullable EventList events(FactorModel model, Console console) {
    return events == null ? null : EventList.parse(events, model, console);
  }

  /// Who it is, for people.
  String name(@Nullable EventList found) {
    return found == null ? "user " + user : found.name();
  }

  void putInto(Map<String, Object> fields, FactorModel model, @Nullable EventList found) {
    if (found == null) {
      fields.put("user", String.valueOf(user));
    } else {
      fields.put("events", found.fields(model));
    }
  }
}
