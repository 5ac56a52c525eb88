package io.github.peccary.loader;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import io.github.peccary.engine.storage.CorruptFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LoadStateTest {
  private static final Path FILE = Path.of("a.safetensors");
  private static final String HASH = "0123456789abcdef".repeat(4);

  @ParameterizedTest
  @ValueSource(strings = {"", "AA==", "AAA=", "AAAA"})
  void isReadAsItWasWritten(String rest) {
    LoadState state =
        new LoadState(
            new RowDigest.State(HASH, rest, HASH),
            new TreeMap<>(Map.of("rejected.null", 3L, "dropped.drop-user", 1L)));
    assertThat(LoadState.parse(FILE, state.text())).isEqualTo(state);
  }

  @Test
  void isWrittenInWords() {
    assertThat(
            new LoadState(
                    new RowDigest.State(HASH, "AA==", HASH),
                    new TreeMap<>(Map.of("rejected.null", 3L, "dropped.drop-junk", 1L)))
                .text())
        .isEqualTo("chain=%s rest=AA== lastRow=%s dropped.drop-junk=1 rejected.null=3", HASH, HASH);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "=",
        "chain=",
        "chain=H rest=",
        "rest= lastRow=H",
        "chain=H rest=* lastRow=H",
        "chain=H rest=LONG lastRow=H",
        "chain=H rest= lastRow=Hg",
        "chain=H rest= lastRow=H null=3",
        "chain=H rest= lastRow=H rejected.null=0",
        "chain=H rest= lastRow=H rejected.null=-1",
        "chain=H rest= lastRow=H rejected.null=9999999999999999999",
        "chain=H rest= lastRow=H ",
      })
  void anythingElseIsCorrupt(String text) {
    String bad = text.replace("H", HASH).replace("LONG", "A".repeat(1368));
    assertThatExceptionOfType(CorruptFileException.class)
        .isThrownBy(() -> LoadState.parse(FILE, bad))
        .withMessage(
            "peccary.loadState must be chain, rest and lastRow: found='%s'; load the ratings in full, without --append (a.safetensors)",
            bad);
  }
}
