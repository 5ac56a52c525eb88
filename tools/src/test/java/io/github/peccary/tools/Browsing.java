package io.github.peccary.tools;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.BrowserContext;
import com.microsoft.playwright.BrowserType;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Page;
import com.microsoft.playwright.Playwright;
import com.microsoft.playwright.options.AriaRole;
import io.github.peccary.tools.serve.Service;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/// A page of its own for each test, in the Chromium of `-Dbrowser`, or the system's.
abstract class Browsing {
  private static final String CHROMIUM = System.getProperty("browser", "/usr/bin/chromium");

  private static Playwright playwright;
  private static Browser browser;

  /// What no view may do: ask another host, fail in a script, run what the policy forbids.
  private final List<String> faults = new ArrayList<>();

  BrowserContext context;
  Page page;

  /// What serves the page.
  abstract Service service();

  @BeforeAll
  static void startBrowser() {
    playwright =
        Playwright.create(
            new Playwright.CreateOptions().setEnv(Map.of("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")));
    browser =
        playwright
            .chromium()
            .launch(
                new BrowserType.LaunchOptions()
                    .setExecutablePath(Path.of(CHROMIUM))
                    .setArgs(List.of("--no-sandbox"))); // root may have none
  }

  @AfterAll
  static void stopBrowser() {
    playwright.close();
  }

  @BeforeEach
  void openPage() {
    open(new Browser.NewContextOptions());
  }

  final void open(Browser.NewContextOptions options) {
    context = browser.newContext(options);
    page = context.newPage();
    page.setDefaultTimeout(20_000);
    page.onRequest(
        request -> {
          if (!request.url().matches("http://127\\.0\\.0\\.1:\\d+/.*")) {
            faults.add("asked for " + request.url());
          }
        });
    page.onPageError(faults::add);
    page.onConsoleMessage(
        message -> {
          boolean refused = message.text().startsWith("Failed to load resource");
          if (message.type().equals("error") && !refused) {
            faults.add("console: " + message.text());
          }
        });
  }

  @AfterEach
  void nothingWentWrong() {
    context.close();
    assertThat(faults).isEmpty();
  }

  final void visit(String address) {
    page.navigate(service().url() + "/" + address);
    assertThat(page.locator("#main[aria-busy=false]")).isVisible();
  }

  final Locator heading() {
    return page.locator("h1");
  }

  final Locator button(Locator within, String name) {
    return within.getByRole(
        AriaRole.BUTTON, new Locator.GetByRoleOptions().setName(Pattern.compile("^" + name)));
  }

  final Locator entries() {
    return page.locator("main ol > li");
  }

  /// Presses a key until what has the focus matches, as somebody does who sees where it is.
  final void press(String key, String selector) {
    for (int i = 0; i < 60; i++) {
      page.keyboard().press(key);
      if (Boolean.TRUE.equals(
          page.evaluate("selector => document.activeElement.matches(selector)", selector))) {
        return;
      }
    }
    throw new AssertionError(key + " must lead to " + selector);
  }

  static Page.GetByRoleOptions named(String name) {
    return new Page.GetByRoleOptions().setName(name).setExact(true);
  }
}
