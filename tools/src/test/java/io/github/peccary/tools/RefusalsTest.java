package io.github.peccary.tools;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeFalse;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import java.util.zip.GZIPOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Every kind of bad input has one sentence, and costs nothing: each case of `refusals.txt` is run,
/// and its sentence compared as a whole. No file may appear, change or go; that holds for the old
/// output, too.
class RefusalsTest {
  private static final String TABLE = "refusals.txt";
  private static final Pattern WORD = Pattern.compile("'([^']*)'|(\\S+)");
  private static final Pattern RECOGNIZED = Pattern.compile("peccary: \\S+: (gzip, )?text, .*");

  @TempDir private static Path folder;
  private static @Nullable Connection lock;

  /// A command line, and how it ends.
  ///
  /// @param sentence `$` stands for the folder, `<any>` for a word that no test can know
  record Case(String line, int exitCode, String sentence) {
    List<String> args() {
      List<String> args = new ArrayList<>();
      for (Matcher word = WORD.matcher(line.replace("$", folder.toString())); word.find(); ) {
        args.add(Objects.requireNonNullElse(word.group(1), word.group(2)));
      }
      boolean writes = List.of("load", "train", "tune", "generate").contains(args.getFirst());
      if (writes && !args.contains("-o")) {
        args.addAll(List.of("-o", folder.resolve("old.safetensors").toString()));
      }
      return args;
    }

    Pattern expected() {
      String whole = Pattern.quote("peccary: " + sentence.replace("$", folder.toString()));
      String help = exitCode == 2 ? "; see 'peccary ([a-z]+ )?--help'" : "";
      return Pattern.compile(whole.replace("<any>", "\\E\\S+\\Q") + help);
    }

    @Override
    public String toString() {
      return line;
    }
  }

  static Stream<Case> cases() throws IOException {
    try (InputStream in = Objects.requireNonNull(RefusalsTest.class.getResourceAsStream(TABLE))) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      List<String> lines =
          text.lines().filter(line -> !line.isBlank() && !line.startsWith("#")).toList();
      List<Case> cases = new ArrayList<>();
      for (int i = 0; i < lines.size(); i += 2) {
        String[] end = lines.get(i + 1).strip().split(" ", 2);
        cases.add(new Case(lines.get(i), Integer.parseInt(end[0]), end[1]));
      }
      return cases.stream();
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("cases")
  void isToldInOneSentenceAndCostsNothing(Case refused) throws IOException {
    Map<String, Integer> before = contents();
    Cli.Result result = Cli.run(refused.args().toArray());
    assertThat(result.exitCode()).as(result.err()).isEqualTo(refused.exitCode);
    assertThat(result.out()).isEmpty();
    assertThat(result.err().lines().filter(line -> !RECOGNIZED.matcher(line).matches()))
        .singleElement()
        .asString()
        .matches(refused.expected());
    assertThat(contents()).isEqualTo(before);
  }

  /// Every file below the folder, with the hash of its bytes.
  private static Map<String, Integer> contents() throws IOException {
    Map<String, Integer> contents = new TreeMap<>();
    try (Stream<Path> files = Files.walk(folder)) {
      for (Path file : files.toList()) {
        boolean readable = Files.isRegularFile(file) && Files.isReadable(file);
        contents.put(file.toString(), readable ? Arrays.hashCode(Files.readAllBytes(file)) : 0);
      }
    }
    return contents;
  }

  @Test
  void whatTheUserMayNotReadOrWriteIsTold() throws IOException {
    Path secret = write("secret.csv", "1,a,5\n");
    Path shut = Files.createDirectory(folder.resolve("shut"));
    Files.setPosixFilePermissions(secret, PosixFilePermissions.fromString("---------"));
    Files.setPosixFilePermissions(shut, PosixFilePermissions.fromString("r-xr-xr-x"));
    assumeFalse(Files.isReadable(secret) || Files.isWritable(shut), "this user may do everything");
    isToldInOneSentenceAndCostsNothing(
        new Case(
            "load $/secret.csv",
            1,
            "the source must be readable: source=$/secret.csv; check its permissions"));
    isToldInOneSentenceAndCostsNothing(
        new Case(
            "load $/books.db -o $/shut/out.safetensors",
            1,
            "the output's folder must be writable: output=$/shut/out.safetensors; name another"
                + " folder"));
  }

  @BeforeAll
  static void makeFiles() throws IOException, SQLException {
    Path ratings = TwoTastes.ratings(folder);
    TwoTastes.model(folder, ratings);
    write("old.safetensors", "old");
    databases();
    texts();
    for (String source : List.of("zeros.csv", "strangers.csv")) {
      ran("load", "$/" + source, "-o", "$/" + source.replace("csv", "safetensors"));
    }
    ran("train", ratings, "-o", "$/resumed.safetensors", "--epochs", 2, "--checkpoint", "$/kept");
    ran(
        "train",
        ratings,
        "-o",
        "$/softmax.safetensors",
        "--objective",
        "ranking",
        "--method",
        "softmax",
        "--epochs",
        2,
        "--checkpoint",
        "$/kept-softmax");
    ran("train", ratings, "-o", "$/no-l2.safetensors", "--l2", 0, "--epochs", 1);
    ran("train", ratings, "-o", "$/no-seen.safetensors", "--no-seen", "--epochs", 1);
    ran("train", ratings, "-o", "$/plain.safetensors", "--no-biases", "--epochs", 1);
    Files.copy(
        ratings, Files.createDirectory(folder.resolve("r")).resolve("checkpoint.safetensors"));
  }

  @AfterAll
  static void unlock() throws SQLException {
    if (lock != null) {
      lock.close();
    }
  }

  private static void ran(Object... args) {
    Object[] command =
        Stream.of(args).map(arg -> arg.toString().replace("$", folder.toString())).toArray();
    Cli.Result result = Cli.run(command);
    assertThat(result.exitCode()).as(result.err()).isZero();
  }

  private static Path write(String name, String text) throws IOException {
    return Files.writeString(folder.resolve(name), text);
  }

  private static void databases() throws IOException, SQLException {
    byte[] whole = Files.readAllBytes(folder.resolve("books.db"));
    Files.write(folder.resolve("half.db"), Arrays.copyOf(whole, whole.length / 2));
    byte[] corrupt = whole.clone();
    Arrays.fill(corrupt, 4096, whole.length, (byte) 0xA5);
    Files.write(folder.resolve("corrupt.db"), corrupt);
    byte[] encrypted = whole.clone();
    for (int i = 0; i < encrypted.length; i++) {
      encrypted[i] ^= (byte) (i * 31 + 7);
    }
    Files.write(folder.resolve("encrypted.db"), encrypted);
    Database.of(folder.resolve("stars.db"), "CREATE TABLE stars(a, b, c)");
    Database.ofRatings(folder.resolve("no-rows.db"));
    Database.ofRatings(
        folder.resolve("dirty.db"),
        Database.row(1, "a", 5),
        Database.row(1, "a", 6),
        Database.row(null, "a", 5),
        Database.row(1, "a", "NaN"));
    Database.ofRatings(
        folder.resolve("refuse.db"),
        Database.row(null, "a", 5),
        Database.row(1, new byte[] {'a', (byte) 0xFF}, 5),
        Database.row(1, " - ", 5),
        Database.row(1, "a", "five"),
        Database.row(1, "a", "NaN"),
        Database.row(1, "a", 11));
    Connection writer = Database.open(Database.ofRatings(folder.resolve("locked.db")));
    lock = writer;
    writer.createStatement().execute("BEGIN EXCLUSIVE");
  }

  private static void texts() throws IOException {
    write("empty.csv", "");
    write("header.csv", "user,item,rating\n");
    write("good.csv", "1,a,5\n2,b,4\n");
    write("titles.csv", "a,Emma\nb,Dune\n");
    write("two-columns.csv", "1;a\n2;b\n");
    write("unknown-header.csv", "id,user_id,isbn,grade\n1,2,3,4\n");
    write("zeros.csv", "1,000007X,0\n2,000007X,0\n");
    write("strangers.csv", "a,x,9\nb,y,2\n");
    write("refuse.csv", "1,a\n2,\"b,5\n3," + "x".repeat(2 << 20) + ",5\n");
    write("program", "#!/bin/sh\n");
    write("begun.csv.part", "user,rank,item,score\n");
    write(
        "begun.csv.part.json",
        "{\"settings\":{\"version\":\"1\",\"model\":\"another\"},"
            + "\"usersDone\":0,\"rows\":0,\"bytes\":21,\"crc32c\":0}");
    write("unknown.csv.part", "");
    write("unknown.csv.part.json", "{}");
    Files.write(folder.resolve("latin.csv"), new byte[] {'1', ',', (byte) 0xE9, ',', '5', '\n'});
    Files.write(folder.resolve("latin.txt"), new byte[] {(byte) 0xE9, '\n'});
    Files.write(folder.resolve("utf-16.csv"), "1,a,5\n".getBytes(StandardCharsets.UTF_16LE));
    ByteArrayOutputStream packed = new ByteArrayOutputStream();
    try (OutputStream out = new GZIPOutputStream(packed)) {
      out.write(Files.readAllBytes(folder.resolve("books.db")));
    }
    byte[] gzip = packed.toByteArray();
    Files.write(folder.resolve("books.db.gz"), gzip);
    Files.write(folder.resolve("cut.csv.gz"), Arrays.copyOf(gzip, gzip.length / 2));
    Files.write(folder.resolve("start.csv.gz"), Arrays.copyOf(gzip, 2));
    gzip[2] = 9;
    Files.write(folder.resolve("other.csv.gz"), gzip);
    Files.createDirectory(folder.resolve("sub"));
  }
}
