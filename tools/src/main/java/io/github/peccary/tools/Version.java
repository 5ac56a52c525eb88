package io.github.peccary.tools;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Objects;
import java.util.Properties;
import picocli.CommandLine.IVersionProvider;

/// The version of Peccary that was built, and of the Java it runs on.
public final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    return new String[] {"peccary " + peccary(), "Java " + Runtime.version()};
  }

  public static String peccary() {
    try (InputStream build = Version.class.getResourceAsStream("build.properties")) {
      Properties properties = new Properties();
      properties.load(Objects.requireNonNull(build, "build.properties"));
      return properties.getProperty("version");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
