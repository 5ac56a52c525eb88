package io.github.peccary.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RulesFileTest {
  @TempDir private Path folder;

  private Rules read(String text) throws IOException {
    return RulesFile.read(Files.writeString(file(), text));
  }

  private Path file() {
    return folder.resolve("books.rules");
  }

  @Test
  void orderCommentsAndWhiteSpaceDoNotMatter() throws IOException {
    Rules rules =
        read(
            """
            peccary rules 1
            drop-user 11676
            drop-user ann b#c  # her name has a hash
            fold-isbn13
            """);
    Rules same =
        read(
            """
            peccary rules 1  # as proposed\r
            # fix-letters
              fold-isbn13\t# 25 items

            drop-user\tann b#c
            \u00A0drop-user  11676\u00A0
            """);
    assertThat(same.canonical())
        .isEqualTo(rules.canonical())
        .isEqualTo("peccary rules 1\nfold-isbn13\ndrop-user 11676\ndrop-user ann b#c\n");
    assertThat(same.sha256())
        .isEqualTo(rules.sha256())
        .isEqualTo("74b5055f946ee9ccda15133ce507db42514b1ccbfec40cbc05cef4753d246f7e");
    assertThat(read(rules.canonical()).canonical()).isEqualTo(rules.canonical());
    assertThat(read("peccary rules 1").isEmpty()).isTrue();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''|a file of rules must begin with 'peccary rules 1': rules=FILE, line=1, found=''; add it",
        "fold-isbn13|a file of rules must begin with 'peccary rules 1': rules=FILE, line=1,"
            + " found='fold-isbn13'; add it",
        "peccary rules 2|a file of rules must begin with 'peccary rules 1': rules=FILE, line=1,"
            + " found='peccary rules 2'; add it",
        "peccary rules 1,,fold-isbn|a rule must be known: rules=FILE, line=3, found='fold-isbn';"
            + " these are: fold-isbn13, fix-letters, fix-punctuation, trim-isbn, fix-leading-zero,"
            + " drop-junk, drop-user ID",
        "peccary rules 1,drop-junk all|a rule must be known: rules=FILE, line=2,"
            + " found='drop-junk all'; these are: fold-isbn13, fix-letters, fix-punctuation,"
            + " trim-isbn, fix-leading-zero, drop-junk, drop-user ID",
        "peccary rules 1,drop-junk,# x,drop-junk # again|a rule must stand once: rules=FILE,"
            + " line=4, found='drop-junk'; it is on line 2, too",
        "peccary rules 1,drop-user 7,drop-user   7|a rule must stand once: rules=FILE, line=3,"
            + " found='drop-user 7'; it is on line 2, too",
        "peccary rules 1,drop-user|a user must be named: rules=FILE, line=2, found='drop-user';"
            + " write drop-user ID",
      })
  void whatIsNoRuleIsRefused(String lines, String sentence) {
    assertThatThrownBy(() -> read(lines.replace(',', '\n')))
        .isInstanceOf(LoaderException.class)
        .hasMessage(sentence.replace("FILE", file().toString()));
  }

  @Test
  void whatIsNoFileOfRulesIsRefused() throws IOException {
    Path missing = folder.resolve("missing");
    assertThatThrownBy(() -> RulesFile.read(missing))
        .hasMessage(
            "the rules must be in an existing file: rules=%s; have one written with peccary doctor"
                + " SOURCE --write-rules FILE",
            missing);
    assertThatThrownBy(() -> RulesFile.read(folder))
        .hasMessageStartingWith("the rules must be in an existing file: rules=" + folder);
    Files.write(file(), "peccary rules 1\ndrop-user é".getBytes(StandardCharsets.ISO_8859_1));
    assertThatThrownBy(() -> RulesFile.read(file()))
        .hasMessage("a file of rules must be UTF-8: rules=%s; save it as such", file());
    Files.write(file(), new byte[(16 << 20) + 1]);
    assertThatThrownBy(() -> RulesFile.read(file()))
        .hasMessage(
            "a file of rules must be small: rules=%s, bytes=16777217, most=16777216; is it another"
                + " file?",
            file());
  }

  @ParameterizedTest
  @ValueSource(strings = {"11676", "ann b#c", "#", "a # b", "#a", "a\nb", "a\rb", "é", "a  b"})
  void usersThatAFileCannotNameAreNotProposed(String user) throws IOException {
    String line = RulesFile.dropUser(user);
    boolean named = line != null && read("peccary rules 1\n" + line).canonical().contains(user);
    assertThat(named).isEqualTo(!user.matches("(?s)#.*|.*[\n\r].*|.* #.*"));
    assertThat(line != null).isEqualTo(named);
  }
}
