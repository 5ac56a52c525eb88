package io.github.peccary.tools.roofline;

import io.github.peccary.engine.ratings.CompressedRows;
import io.github.peccary.engine.ratings.Holdout;
import io.github.peccary.engine.ratings.RatingMatrix;
import io.github.peccary.tools.Refusal;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Function;

/// Times `mf-train`, the program of LIBMF (Chin, Yuan, Yang, Zhuang, Juan and Lin, "LIBMF: A
/// Library for Parallel Matrix Factorization in Shared-memory Systems", JMLR 2016), on the split
/// that we train on. Neither the program nor a way to build it is ours.
public final class Libmf {
  private Libmf() {}

  /// What it did.
  ///
  /// @param command as one would type it, without folders
  /// @param ratingsPerSecond of the median epoch; its measuring of the held-out ratings is part of
  ///     it, as it cannot be told apart
  /// @param holdoutRmse the lowest of all epochs
  /// @param secondsToBest from the start of the program to the end of that epoch
  /// @param seconds from start to end
  public record Run(
      String command,
      double ratingsPerSecond,
      double holdoutRmse,
      double secondsToBest,
      double seconds) {}

  /// Refuses what cannot be run, before minutes are spent on it.
  public static void requireProgram(Path program) {
    if (!Files.isRegularFile(program) || !Files.isExecutable(program)) {
      throw new Refusal(
          "LIBMF's mf-train must be a program: libmf=%s; give the path of one that you built"
              .formatted(program));
    }
  }

  /// Trains without biases, which it does not have, on rows of `k` factors.
  ///
  /// @param file makes the path of a temporary file of a name: the ratings as text, the model
  public static Run train(
      Path program,
      RatingMatrix ratings,
      Holdout holdout,
      int k,
      double l2,
      int epochs,
      int threads,
      Function<String, Path> file)
      throws IOException {
    Path training = file.apply("libmf.train");
    Path heldOut = file.apply("libmf.test");
    long count = export(ratings, holdout, training, heldOut);
    List<String> settings = new ArrayList<>(List.of("-f", "0", "-k", Integer.toString(k)));
    settings.addAll(List.of("-l2", Double.toString(l2), "-t", Integer.toString(epochs)));
    settings.addAll(List.of("-s", Integer.toString(threads), "-p"));
    List<String> command = new ArrayList<>(List.of(program.toAbsolutePath().toString()));
    command.addAll(settings);
    command.addAll(List.of(heldOut.toString(), training.toString()));
    command.add(file.apply("libmf.model").toString());
    String shown = "mf-train " + String.join(" ", settings) + " TEST TRAIN MODEL";
    return run(command, shown, count);
  }

  private static Run run(List<String> command, String shown, long count) throws IOException {
    long start = System.nanoTime();
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    List<Double> ends = new ArrayList<>();
    double best = Double.POSITIVE_INFINITY;
    double secondsToBest = 0;
    String last = "";
    try (BufferedReader lines = process.inputReader(StandardCharsets.UTF_8)) {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        double now = (System.nanoTime() - start) / 1e9;
        String[] columns = line.strip().split("\\s+", -1); // iter, tr_rmse, va_rmse, obj
        if (columns.length >= 3 && columns[0].matches("\\d+")) {
          ends.add(now);
          double error = Double.parseDouble(columns[2]);
          if (error < best) {
            best = error;
            secondsToBest = now;
          }
        }
        last = line;
      }
      int code = process.waitFor();
      if (code != 0 || ends.size() < 2) {
        throw new Refusal(
            "LIBMF must finish two epochs at least: exitCode=%d, epochs=%d, lastLine=%s"
                .formatted(code, ends.size(), last));
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new Refusal("LIBMF must not be interrupted: command=" + shown);
    } finally {
      process.destroy();
    }
    double[] seconds = new double[ends.size() - 1]; // the first one begins after its loading
    Arrays.setAll(seconds, epoch -> ends.get(epoch + 1) - ends.get(epoch));
    Arrays.sort(seconds);
    double total = (System.nanoTime() - start) / 1e9;
    return new Run(shown, count / seconds[seconds.length / 2], best, secondsToBest, total);
  }

  /// Writes lines of user, item and rating. Returns how many are trained on.
  private static long export(RatingMatrix ratings, Holdout holdout, Path training, Path heldOut)
      throws IOException {
    long count = 0;
    CompressedRows rows = ratings.byUser();
    try (Writer trained = Files.newBufferedWriter(training);
        Writer tested = Files.newBufferedWriter(heldOut)) {
      for (int user = 0; user < rows.rows(); user++) {
        for (long at = rows.start(user); at < rows.end(user); at++) {
          float value = rows.value(at);
          if (ratings.isRating(value)) {
            boolean held = holdout.contains(user, rows.index(at), value);
            count += held ? 0 : 1;
            String line = user + " " + rows.index(at) + " " + value + "\n";
            (held ? tested : trained).write(line);
          }
        }
      }
    }
    return count;
  }
}
