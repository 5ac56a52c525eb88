package io.github.peccary.loader;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RowDigestTest {
  private record Row(byte[] bytes, int userLength, float value) {
    int itemLength() {
      return bytes.length - userLength;
    }

    byte[] encoded() {
      return ByteBuffer.allocate(12 + bytes.length)
          .order(ByteOrder.LITTLE_ENDIAN)
          .putInt(userLength)
          .put(bytes, 0, userLength)
          .putInt(itemLength())
          .put(bytes, userLength, itemLength())
          .putFloat(value)
          .array();
    }

    void addTo(RowDigest digest) {
      digest.add(bytes, 0, userLength, userLength, itemLength(), value);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void isTheChainOfTheBlocksWhereverItIsContinued(long seed) throws Exception {
    Random random = new Random(seed);
    List<Row> rows = new ArrayList<>();
    for (int count = random.nextInt(3_000); count >= 0; count--) {
      int length = 2 + random.nextInt(random.nextInt(500) == 0 ? 200_000 : 40);
      byte[] bytes = new byte[length];
      random.nextBytes(bytes);
      rows.add(new Row(bytes, 1 + random.nextInt(length - 1), random.nextFloat()));
    }
    RowDigest once = new RowDigest();
    RowDigest continued = new RowDigest();
    ByteArrayOutputStream stream = new ByteArrayOutputStream();
    for (Row row : rows) {
      stream.writeBytes(row.encoded());
      row.addTo(once);
      row.addTo(continued);
      if (random.nextInt(200) == 0) {
        continued = new RowDigest(continued.state());
      }
    }
    String message = "seed=" + seed;
    assertThat(once.state().sha256()).as(message).isEqualTo(chained(stream.toByteArray()));
    assertThat(once.state()).as(message).isEqualTo(continued.state());
    assertThat(new RowDigest(once.state()).state()).as(message).isEqualTo(once.state());
    assertThat(once.state().lastRow())
        .as(message)
        .isEqualTo(HexFormat.of().formatHex(sha256(rows.getLast().encoded())));
  }

  private static String chained(byte[] stream) throws Exception {
    byte[] chain = new byte[32];
    int start = 0;
    for (; start + 1024 <= stream.length; start += 1024) {
      chain = sha256(chain, Arrays.copyOfRange(stream, start, start + 1024));
    }
    return HexFormat.of()
        .formatHex(sha256(chain, Arrays.copyOfRange(stream, start, stream.length)));
  }

  private static byte[] sha256(byte[]... parts) throws Exception {
    MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
    for (byte[] part : parts) {
      sha256.update(part);
    }
    return sha256.digest();
  }

  @Test
  void theStateIsShort() {
    RowDigest digest = new RowDigest();
    byte[] ids = new byte[1011]; // a row of a block less a byte
    digest.add(ids, 0, 11, 11, 1000, 5);
    assertThat(new LoadState(digest.state(), new TreeMap<>()).text()).hasSizeLessThan(2_000);
  }
}
