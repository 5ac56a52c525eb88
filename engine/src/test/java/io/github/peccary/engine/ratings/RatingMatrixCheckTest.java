package io.github.peccary.engine.ratings;

import static io.github.peccary.engine.ratings.RatingMatrices.triple;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.github.peccary.engine.storage.CorruptFileException;
import io.github.peccary.engine.storage.TensorFile;
import io.github.peccary.engine.storage.TensorFileWriter;
import io.github.peccary.engine.storage.TensorInfo;
import io.github.peccary.engine.storage.TensorSpec;
import io.github.peccary.engine.storage.Verify;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Consumer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Files whose checksums are right and whose numbers are not, one rule broken at a time.
///
/// The good one: users u0 (i0 i1 i2), u1 (i0 i1), u2 (i0); so the items have 3, 2 and 1 events.
class RatingMatrixCheckTest {

  @TempDir Path folder;
  private Path good = Path.of("");

  @BeforeEach
  void writeTheGoodOne() throws Exception {
    good = folder.resolve("good.safetensors");
    RatingMatrices.write(
        good,
        List.of(
            triple("u0", "i0", 1),
            triple("u0", "i1", 2),
            triple("u0", "i2", 3),
            triple("u1", "i0", 4),
            triple("u1", "i1", 0),
            triple("u2", "i0", 6)),
        Zero.IMPLICIT,
        Map.of("i0", "Zéro", "i2", "Two"),
        triple -> 600_000_000L * (int) triple.value(),
        Map.of());
  }

  @Test
  void rowsBeginWithTheEventsAndEndWithThem() {
    for (Verify verify : Verify.values()) {
      String rule = "offsets must go from 0 to the number of events: tensor=";
      assertBroken(
          verify, longs("user_offsets", 0, 1), rule + "user_offsets, first=1, last=6, events=6");
      assertBroken(
          verify, longs("item_offsets", 3, 7), rule + "item_offsets, first=0, last=7, events=6");
    }
  }

  @Test
  void offsetsNeverFall() {
    String rule = "offsets must not fall: tensor=";
    assertBroken(longs("user_offsets", 2, 2), rule + "user_offsets, row=1, start=3, end=2");
    assertBroken(longs("user_offsets", 2, 9), rule + "user_offsets, row=1, start=3, end=9");
    assertBroken(longs("item_offsets", 1, -1), rule + "item_offsets, row=0, start=0, end=-1");
    assertBroken(
        longs("user_ids_offsets", 1, 5), rule + "user_ids_offsets, index=2, before=5, found=4");
    assertBroken(
        longs("item_ids_offsets", 1, -5), rule + "item_ids_offsets, index=1, before=0, found=-5");
    assertBroken(
        longs("item_titles_offsets", 1, 1L << 60),
        rule + "item_titles_offsets, index=1, before=0, found=1152921504606846976");
  }

  @Test
  void numbersAscendWithinARowAndAreNumbers() {
    String rule = "numbers must ascend within a row and stay below their count: tensor=";
    assertBroken(
        ints("user_items", 1, 0),
        rule + "user_items, row=0, position=1, before=0, found=0, count=3");
    assertBroken(
        ints("user_items", 2, 3),
        rule + "user_items, row=0, position=2, before=1, found=3, count=3");
    assertBroken(
        ints("user_items", 5, -1),
        rule + "user_items, row=2, position=5, before=-1, found=-1, count=3");
    assertBroken(
        ints("item_users", 5, Integer.MAX_VALUE),
        rule + "item_users, row=2, position=5, before=-1, found=2147483647, count=3");
  }

  @Test
  void valuesAreFinite() {
    assertBroken(
        floats("user_values", 4, Float.NaN),
        "values must be finite: tensor=user_values, position=4, found=NaN");
    assertBroken(
        floats("item_values", 0, Float.NEGATIVE_INFINITY),
        "values must be finite: tensor=item_values, position=0, found=-Infinity");
  }

  @Test
  void bothOrdersHoldTheSameEvents() {
    String rule =
        "both orders must hold the same events: tensors=user_items, item_users;"
            + " load the ratings again";
    assertBroken(floats("item_values", 0, 2), rule);
    assertBroken(ints("user_items", 5, 1), rule);
    assertBroken(ints("item_users", 5, 1), rule);
    // the sum of the values is the same
    assertBroken(
        file -> {
          floats("item_values", 0, 2).accept(file);
          floats("item_values", 1, 3).accept(file);
        },
        rule);
  }

  @Test
  void rowsAreNumberedByEventsThenById() {
    String rule =
        "rows must be numbered by falling number of events, then by ascending id: tensor=";
    assertBroken(
        longs("user_offsets", 1, 1),
        rule + "user_offsets, row=1, events=4, id=u1, eventsBefore=1, idBefore=u0");
    assertBroken(
        file -> {
          longs("item_offsets", 1, 2).accept(file);
          longs("item_offsets", 2, 4).accept(file);
          bytes("item_ids", "i1i0i2").accept(file);
          ints("item_ids_order", 0, 1).accept(file);
          ints("item_ids_order", 1, 0).accept(file);
        },
        rule + "item_offsets, row=1, events=2, id=i0, eventsBefore=2, idBefore=i1");
  }

  @Test
  void dictionariesCanBeSearched() {
    for (Verify verify : Verify.values()) {
      assertBroken(
          verify,
          longs("user_ids_offsets", 3, 5),
          "offsets must go from 0 to the number of bytes: tensor=user_ids_offsets, first=0, last=5,"
              + " bytes=6");
    }
    String ascend = "ids must ascend in their order, none twice: tensor=";
    assertBroken(
        ints("user_ids_order", 1, 0), ascend + "user_ids_order, position=1, before=u0, found=u0");
    assertBroken(
        bytes("item_ids", "i0i1i1"), ascend + "item_ids_order, position=2, before=i1, found=i1");
    assertBroken(
        bytes("item_ids", "i0i9i2"), ascend + "item_ids_order, position=2, before=i9, found=i2");
    assertBroken(
        ints("item_ids_order", 2, 3),
        "the order must hold numbers of ids: tensor=item_ids_order, position=2, found=3, ids=3");
    assertBroken(
        ints("item_ids_order", 0, -1),
        "the order must hold numbers of ids: tensor=item_ids_order, position=0, found=-1, ids=3");
    assertBroken(
        longs("item_ids_offsets", 1, 0), "ids must not be empty: tensor=item_ids, index=0");
  }

  @Test
  void textsAreUtf8() {
    String rule = "texts must be UTF-8: tensor=";
    assertBroken(bytes("user_ids", new byte[] {'u', (byte) 0xFF}), rule + "user_ids, offset=1");
    assertBroken(
        bytes("user_ids", new byte[] {'u', '0', 'u', '1', 'u', (byte) 0xC3}),
        rule + "user_ids, offset=5");
    // é, cut in two by the offsets
    assertBroken(
        bytes("item_ids", new byte[] {'i', (byte) 0xC3, (byte) 0xA9}), rule + "item_ids, offset=2");
    assertBroken(longs("item_titles_offsets", 1, 2), rule + "item_titles, offset=2");
  }

  @Test
  void metadataAgreeWithTheNumbers() throws Exception {
    String range = " must be a number from 1 to ";
    assertBroken(Map.of("peccary.users", "0"), "peccary.users" + range + "2147483646: found=0");
    assertBroken(Map.of("peccary.items", "x"), "peccary.items" + range + "2147483646: found=x");
    assertBroken(
        Map.of("peccary.users", "2147483647"),
        "peccary.users" + range + "2147483646: found=2147483647");
    assertBroken(
        Map.of("peccary.events", "-6"), "peccary.events" + range + "9223372036854775807: found=-6");
    assertBroken(
        Map.of("peccary.users", "4"),
        "tensor user_offsets must have another type or shape: found=I64[4], expected=I64[5]");
    assertBroken(
        Map.of("peccary.ratings", "4"),
        "ratings and implicit events must add up: ratings=4, implicit=1, events=6");
    assertBroken(
        Map.of("peccary.ratings", "4", "peccary.implicit", "2"),
        "metadata must agree with the values: found=RatingSummary[ratings=5, min=1.0, max=6.0],"
            + " said=RatingSummary[ratings=4, min=1.0, max=6.0]");
    assertBroken(
        Map.of("peccary.maxRating", "10"),
        "metadata must agree with the values: found=RatingSummary[ratings=5, min=1.0, max=6.0],"
            + " said=RatingSummary[ratings=5, min=1.0, max=10.0]");
    assertBroken(
        Map.of("peccary.minRating", "NaN"), "peccary.minRating must be a finite number: found=NaN");
    assertBroken(Map.of("peccary.zero", "maybe"), "zero must be implicit or rating: zero=maybe");
    assertBroken(Map.of("peccary.zero", "rating"), "metadata must agree with the values: found=");
    assertBroken(
        Map.of("peccary.kind", "model"),
        "the file must be a ratings file: kind=model; give a ratings file");
  }

  @Test
  void timesLieInTheirRange() {
    String rule =
        "times must lie from 0 to 2^32 - 1, and metadata must agree with them: tensor=user_times,";
    assertBroken(
        longs("user_times", 0, EventTimes.END),
        rule + " found=0 to 4294967296, said=0 to 3600000000");
    assertBroken(
        longs("user_times", 4, -1), rule + " found=-1 to 3600000000, said=0 to 3600000000");
    assertBroken(longs("user_times", 4, 1), rule + " found=1 to 3600000000, said=0 to 3600000000");
    assertBroken(
        Map.of("peccary.latest", "2084-01-29T16:00:01Z"),
        rule + " found=0 to 3600000000, said=0 to 3600000001");
    assertBroken(
        Map.of("peccary.earliest", "long ago"),
        "peccary.earliest must be a time such as 1997-09-20T03:05:10Z: found=long ago");
  }

  @Test
  void withoutChecksumsWrongOffsetsAndOrdersGiveWrongValuesAndNothingElse() throws Exception {
    Path bad = folder.resolve("bad.safetensors");
    long far = 1L << 60;
    for (long[] wrong : new long[][] {{far, -far}, {-far, far}, {-1, -1}, {4, 2}}) {
      rewrite(
          bad,
          Map.of(),
          tensors -> {
            for (String column : List.of("user_", "item_", "user_ids_", "item_titles_")) {
              longs(column + "offsets", 1, wrong[0]).accept(tensors);
              longs(column + "offsets", 2, wrong[1]).accept(tensors);
            }
            ints("user_ids_order", 0, (int) wrong[0] - 7).accept(tensors);
            ints("user_ids_order", 1, Integer.MAX_VALUE).accept(tensors);
          });
      try (RatingMatrix matrix = RatingMatrix.open(bad, Verify.STRUCTURE)) {
        for (int row = 0; row < 3; row++) {
          assertThat(matrix.byUser().start(row)).isBetween(0L, matrix.events());
          assertThat(matrix.byItem().end(row)).isBetween(0L, matrix.events());
          assertThat(matrix.userIds().id(row)).hasSizeLessThanOrEqualTo(6);
          assertThat(matrix.userIds().indexOf("u" + row)).isBetween(-1, 2);
          assertThat(String.valueOf(Objects.requireNonNull(matrix.titles()).title(row)))
              .hasSizeLessThanOrEqualTo(7);
        }
      }
    }
  }

  @Test
  void findsEveryFlippedBit() throws Exception {
    byte[] bytes = Files.readAllBytes(good);
    try (var raw = new RandomAccessFile(good.toFile(), "rw")) {
      for (int bit = 0; bit < bytes.length * Byte.SIZE; bit++) {
        int at = bit / Byte.SIZE;
        raw.seek(at);
        raw.write(bytes[at] ^ (1 << (bit % Byte.SIZE)));
        assertThatThrownBy(() -> RatingMatrix.open(good, Verify.CHECKSUMS))
            .as("bit=%s", bit)
            .isInstanceOf(CorruptFileException.class);
        raw.seek(at);
        raw.write(bytes[at]);
      }
    }
    RatingMatrix.open(good, Verify.CHECKSUMS).close();
  }

  /// Random numbers in place of good ones, under checksums that are right: whatever they are, the
  /// answer is the one exception, or a file that can be read.
  @Test
  void neverFailsInAnotherWay() throws Exception {
    List<String> names;
    try (TensorFile file = TensorFile.open(good, Verify.CHECKSUMS)) {
      names = file.tensors().stream().map(tensor -> tensor.spec().name()).toList();
    }
    int refused = 0;
    for (int seed = 0; seed < 200; seed++) {
      Random random = new Random(seed);
      Path bad = folder.resolve("bad.safetensors");
      String name = names.get(random.nextInt(names.size()));
      rewrite(
          bad,
          Map.of(),
          tensors -> {
            byte[] bytes = buffer(tensors, name).array();
            for (int i = random.nextInt(4); i >= 0; i--) {
              bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
            }
          });
      try (RatingMatrix matrix = RatingMatrix.open(bad, Verify.CHECKSUMS)) {
        for (int user = 0; user < matrix.users(); user++) {
          assertThat(matrix.userIds().indexOf(matrix.userIds().id(user)))
              .as("seed=%s", seed)
              .isEqualTo(user);
        }
      } catch (CorruptFileException e) {
        refused++;
      }
    }
    assertThat(refused).isBetween(100, 199);
  }

  private void assertBroken(Consumer<Map<String, ByteBuffer>> change, String sentence) {
    assertBroken(Verify.CHECKSUMS, change, sentence);
  }

  private void assertBroken(
      Verify verify, Consumer<Map<String, ByteBuffer>> change, String sentence) {
    assertBroken(verify, Map.of(), change, sentence);
  }

  private void assertBroken(Map<String, String> metadata, String sentence) {
    assertBroken(Verify.CHECKSUMS, metadata, tensors -> {}, sentence);
  }

  private void assertBroken(
      Verify verify,
      Map<String, String> metadata,
      Consumer<Map<String, ByteBuffer>> change,
      String sentence) {
    Path bad = folder.resolve("bad.safetensors");
    assertThatThrownBy(
            () -> {
              rewrite(bad, metadata, change);
              RatingMatrix.open(bad, verify).close();
            })
        .isInstanceOf(CorruptFileException.class)
        .hasMessageStartingWith(sentence)
        .hasMessageEndingWith(" (" + bad + ")");
  }

  private static Consumer<Map<String, ByteBuffer>> longs(String tensor, int index, long value) {
    return tensors -> buffer(tensors, tensor).putLong(index * Long.BYTES, value);
  }

  private static Consumer<Map<String, ByteBuffer>> ints(String tensor, int index, int value) {
    return tensors -> buffer(tensors, tensor).putInt(index * Integer.BYTES, value);
  }

  private static Consumer<Map<String, ByteBuffer>> floats(String tensor, int index, float value) {
    return tensors -> buffer(tensors, tensor).putFloat(index * Float.BYTES, value);
  }

  private static Consumer<Map<String, ByteBuffer>> bytes(String tensor, String text) {
    return bytes(tensor, text.getBytes(StandardCharsets.UTF_8));
  }

  private static Consumer<Map<String, ByteBuffer>> bytes(String tensor, byte[] bytes) {
    return tensors -> buffer(tensors, tensor).put(0, bytes);
  }

  private static ByteBuffer buffer(Map<String, ByteBuffer> tensors, String tensor) {
    return Objects.requireNonNull(tensors.get(tensor), tensor);
  }

  /// Writes the good file once more, changed; checksums are those of the changed one.
  private void rewrite(
      Path bad, Map<String, String> metadata, Consumer<Map<String, ByteBuffer>> change)
      throws IOException {
    try (TensorFile file = TensorFile.open(good, Verify.CHECKSUMS)) {
      Map<String, String> entries = new HashMap<>(file.metadata());
      entries.remove(TensorFile.FORMAT_VERSION);
      entries.putAll(metadata);
      Map<String, ByteBuffer> tensors = new HashMap<>();
      for (TensorInfo info : file.tensors()) {
        TensorSpec spec = info.spec();
        byte[] bytes =
            file.tensor(spec.name(), spec.type(), spec.shape().getFirst())
                .toArray(ValueLayout.JAVA_BYTE);
        tensors.put(spec.name(), ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN));
      }
      change.accept(tensors);
      List<TensorSpec> specs = file.tensors().stream().map(TensorInfo::spec).toList();
      try (var writer = TensorFileWriter.create(bad, entries, specs)) {
        for (var tensor : tensors.entrySet()) {
          writer.append(tensor.getKey(), MemorySegment.ofBuffer(tensor.getValue().clear()));
        }
        writer.commit();
      }
    }
  }
}
