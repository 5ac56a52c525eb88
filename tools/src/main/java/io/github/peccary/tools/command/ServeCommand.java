package io.github.peccary.tools.command;

import io.github.peccary.tools.Console;
import io.github.peccary.tools.Refusal;
import io.github.peccary.tools.serve.Limits;
import io.github.peccary.tools.serve.Service;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

@Command(
    name = "serve",
    showDefaultValues = true,
    description = {
      "Answers over HTTP from a model, and goes over to a new one when it is renamed to its path.",
      "Ctrl-C and SIGTERM finish what has been accepted and end with 130 and 143."
    },
    footer = {
      "  peccary serve model.safetensors",
      "  peccary serve model.safetensors --host 0.0.0.0 --port 80 --no-access-log",
      "  curl http://127.0.0.1:8080/v1/users/11676/recommendations?k=5",
    })
final class ServeCommand implements Callable<Integer> {
  private final Console console;

  @Spec private CommandSpec spec;

  @Mixin private ModelFile file;

  @Option(names = "--host", paramLabel = "NAME", description = "The address to answer at.")
  private String host = "127.0.0.1";

  @Option(names = "--port", paramLabel = "N", description = "The port; 0 for any free one.")
  private int port = 8080;

  @Option(
      names = "--watch",
      paramLabel = "TIME",
      description = "How often the path of the model is looked at.",
      defaultValue = "1s",
      converter = DurationConverter.class)
  private Duration watch;

  @Option(
      names = "--request-timeout",
      paramLabel = "TIME",
      description = "To send a request in, and to take its answer; at least 1s.",
      defaultValue = "10s",
      converter = DurationConverter.class)
  private Duration requestTimeout;

  @Option(names = "--max-k", paramLabel = "N", description = "Items of an answer, at most.")
  private int maxK = Limits.standard().k();

  @Option(
      names = "--max-concurrent",
      paramLabel = "N",
      description = "Requests at work at once; as many more wait, the rest are told to.")
  private int maxConcurrent = Limits.standard().concurrent();

  @Option(names = "--no-access-log", description = "No line on standard error for each request.")
  private boolean noAccessLog;

  ServeCommand(Console console) {
    this.console = console;
  }

  @Override
  public Integer call() throws IOException, InterruptedException {
    Limits limits = Settings.valid(spec, () -> Limits.standard().with(maxK, maxConcurrent));
    require(port >= 0 && port <= 65_535, "the port must be from 0 to 65535: port=" + port);
    require(!watch.isZero(), "the model must be looked at once a millisecond at most: watch=0");
    require(
        requestTimeout.toSeconds() > 0,
        "a request must have a second at least: requestTimeout="
            + requestTimeout.toMillis()
            + "ms");
    InetSocketAddress address = new InetSocketAddress(host, port);
    if (address.isUnresolved()) {
      throw new Refusal(
          "the host must be a name or an address of this machine: host=" + host + "; check it");
    }
    setServerProperties();
    Service service =
        Service.start(file.path(), file.verify(), watch, address, limits, this::log, !noAccessLog);
    Runtime.getRuntime().addShutdownHook(new Thread(service::close, "peccary-serve-stop"));
    console.line("listening on " + service.url());
    console.result(Map.of("url", service.url()));
    new CountDownLatch(1).await(); // a signal ends the process
    return 0;
  }

  private void require(boolean holds, String sentence) {
    if (!holds) {
      throw new ParameterException(spec.commandLine(), sentence);
    }
  }

  private void log(String line) {
    console.note(Instant.now().truncatedTo(ChronoUnit.MILLIS) + " " + line);
  }

  /// The server reads them once in the life of a process: they belong to the command, which has one
  /// of its own.
  private void setServerProperties() {
    String seconds = Long.toString(requestTimeout.toSeconds());
    System.setProperty("sun.net.httpserver.nodelay", "true"); // or answers wait for 40 ms
    System.setProperty("sun.net.httpserver.maxReqTime", seconds);
    System.setProperty("sun.net.httpserver.maxRspTime", seconds);
    System.setProperty("sun.net.httpserver.maxReqHeaderSize", "16384"); // bytes
    System.setProperty("jdk.httpserver.maxConnections", "1024"); // more are closed at once
  }
}
