package io.github.peccary.engine.ratings;

import static org.assertj.core.api.Assertions.assertThat;

import io.github.peccary.engine.storage.ElementType;
import io.github.peccary.engine.storage.TensorFile;
import io.github.peccary.engine.storage.TensorFileWriter;
import io.github.peccary.engine.storage.TensorSpec;
import io.github.peccary.engine.storage.Verify;
import java.lang.foreign.Arena;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdDictionaryTest {

  /// Of one to four bytes in UTF-8, NUL among them, and two that `String.compareTo` puts in another
  /// order.
  private static final List<String> LETTERS =
      List.of("\0", "a", "b", "é", "\uFF5E", "\uD83D\uDC17");

  private static final Comparator<String> BY_BYTES =
      Comparator.comparing(text -> text.getBytes(StandardCharsets.UTF_8), Arrays::compareUnsigned);

  @TempDir Path folder;

  @Test
  void theOrderIsThatOfTheBytes() {
    for (int seed = 0; seed < 200; seed++) {
      List<String> ids = ids(seed);
      try (Arena arena = Arena.ofConfined()) {
        int[] order = TextOrder.of(RatingMatrices.texts(ids, arena));
        assertThat(Arrays.stream(order).mapToObj(ids::get).toList())
            .as("seed=%s", seed)
            .isEqualTo(ids.stream().sorted(BY_BYTES).toList());
      }
    }
  }

  @Test
  void equalTextsAreSortedToo() {
    List<String> ids = new ArrayList<>(Collections.nCopies(100, "the same, and rather long"));
    ids.addAll(Collections.nCopies(100, ""));
    ids.addAll(Collections.nCopies(100, "the same"));
    Collections.shuffle(ids, new Random(1));
    try (Arena arena = Arena.ofConfined()) {
      int[] order = TextOrder.of(RatingMatrices.texts(ids, arena));
      assertThat(Arrays.stream(order).sorted().toArray())
          .isEqualTo(IntStream.range(0, 300).toArray());
      assertThat(Arrays.stream(order).mapToObj(ids::get)).isSortedAccordingTo(BY_BYTES);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 50, 3000})
  void findsEveryIdAndNoOther(int size) throws Exception {
    Set<String> ids = new LinkedHashSet<>();
    Random random = new Random(size);
    while (ids.size() < size) {
      ids.add("https://example.org/" + "x".repeat(random.nextInt(3)) + random.nextInt(4 * size));
    }
    List<String> list = List.copyOf(ids);
    Path file = write(list);
    try (TensorFile read = TensorFile.open(file, Verify.CHECKSUMS)) {
      IdDictionary dictionary = IdDictionary.open(read, "ids", size, Verify.CHECKSUMS);
      assertThat(dictionary.size()).isEqualTo(size);
      for (int i = 0; i < size; i++) {
        assertThat(dictionary.id(i)).isEqualTo(list.get(i));
        assertThat(dictionary.indexOf(list.get(i))).isEqualTo(i);
      }
      for (int i = 0; i < 4 * size; i++) {
        String id = "https://example.org/" + i;
        assertThat(dictionary.indexOf(id)).isEqualTo(list.indexOf(id));
      }
      for (String none :
          List.of("", "\0", "https://example.org/", "zzz", "é", "\uDC17", "x\uD83D")) {
        assertThat(dictionary.indexOf(none)).isEqualTo(-1);
      }
    }
  }

  @Test
  void aQuestionMarkIsNotHalfASurrogatePair() throws Exception {
    try (TensorFile read = TensorFile.open(write(List.of("?", "x?")), Verify.CHECKSUMS)) {
      IdDictionary dictionary = IdDictionary.open(read, "ids", 2, Verify.CHECKSUMS);
      assertThat(dictionary.indexOf("?")).isZero();
      assertThat(dictionary.indexOf("\uD83D")).isEqualTo(-1);
      assertThat(dictionary.indexOf("x\uDC17")).isEqualTo(-1);
    }
  }

  /// The check reads in blocks; these ids are longer than one, and their characters lie across the
  /// edges of blocks.
  @Test
  void idsOfAnyLengthPassTheCheck() throws Exception {
    List<String> ids = new ArrayList<>();
    for (int i = 0; i < 8; i++) {
      ids.add("x".repeat(i) + "\uD83D\uDC17".repeat(5000));
    }
    try (TensorFile read = TensorFile.open(write(ids), Verify.CHECKSUMS)) {
      IdDictionary dictionary = IdDictionary.open(read, "ids", ids.size(), Verify.CHECKSUMS);
      for (int i = 0; i < ids.size(); i++) {
        assertThat(dictionary.indexOf(ids.get(i))).isEqualTo(i);
      }
    }
  }

  private static List<String> ids(int seed) {
    Random random = new Random(seed);
    Set<String> ids = new LinkedHashSet<>();
    int count = random.nextInt(300);
    int letters = 1 + random.nextInt(LETTERS.size());
    int length = 1 + random.nextInt(30);
    for (int i = 0; i < count; i++) {
      StringBuilder id = new StringBuilder("a".repeat(seed % 17));
      for (int j = random.nextInt(length); j > 0; j--) {
        id.append(LETTERS.get(random.nextInt(letters)));
      }
      ids.add(id.toString());
    }
    return List.copyOf(ids);
  }

  private Path write(List<String> ids) throws Exception {
    Path file = folder.resolve("ids.safetensors");
    try (Arena arena = Arena.ofConfined()) {
      IdDictionary dictionary = IdDictionary.of(RatingMatrices.texts(ids, arena), arena);
      List<TensorSpec> specs = dictionary.specs("ids");
      assertThat(specs.stream().map(TensorSpec::type))
          .containsExactly(ElementType.I64, ElementType.I32, ElementType.U8);
      try (var writer = TensorFileWriter.create(file, Map.of(TensorFile.KIND, "test"), specs)) {
        dictionary.appendTo(writer, "ids");
        writer.commit();
      }
    }
    return file;
  }
}
