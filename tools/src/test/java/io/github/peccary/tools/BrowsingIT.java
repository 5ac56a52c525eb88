package io.github.peccary.tools;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Browser;
import com.microsoft.playwright.Locator;
import com.microsoft.playwright.Route;
import com.microsoft.playwright.options.AriaRole;
import io.github.peccary.tools.serve.Service;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The page in a browser, before a real service: by mouse, by keyboard, and where something fails.
class BrowsingIT extends Browsing {
  private static final String HOSTILE = "Hostile <img src=x onerror=alert(1)>";
  private static final int HOSTILE_BOOK = 4;

  @TempDir static Path folder;
  private static Path model;
  private static Path database;
  private static Service service;

  @BeforeAll
  static void start() throws Exception {
    database = TwoTastes.database(folder.resolve("books.db"));
    Database.of(
        database,
        "UPDATE books SET title = '%s' WHERE isbn = '%s'"
            .formatted(HOSTILE, TwoTastes.isbn(HOSTILE_BOOK)));
    model = model("titled", "--titles", "SELECT isbn, title FROM books");
    service = Serving.start(model);
  }

  private static Path model(String name, String... options) throws IOException {
    Path home = Files.createDirectory(folder.resolve(name));
    Path ratings = home.resolve("ratings.safetensors");
    Object[] load =
        Stream.concat(Stream.of("load", database, "-o", ratings), Stream.of(options)).toArray();
    Cli.Result loaded = Cli.run(load);
    assertThat(loaded.exitCode()).as(loaded.err()).isZero();
    return TwoTastes.model(home, ratings);
  }

  @Override
  Service service() {
    return service;
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  private static String liked(int... books) {
    StringBuilder likes = new StringBuilder();
    for (int book : books) {
      likes.append("&like=").append(TwoTastes.isbn(book)).append("&rating=9");
    }
    return likes.toString();
  }

  @Test
  void recommendsByMouse() {
    visit("");
    page.locator("#query").pressSequentially("boo 7");
    assertThat(page.getByRole(AriaRole.OPTION)).containsText("Book 7");
    page.getByRole(AriaRole.OPTION).click();
    assertThat(heading()).hasText("Book 7");
    assertThat(heading()).isFocused();
    assertThat(entries()).hasCount(10);
    button(entries().nth(0), "I liked this").click();
    button(entries().nth(1), "I liked this").click();
    assertThat(page.locator("#liked > li")).hasCount(2);
    assertThat(page.locator("main [aria-pressed=true]")).hasCount(2);

    button(page.locator("#likes"), "Recommend").click();
    assertThat(heading()).hasText("Recommended to you");
    assertThat(entries()).hasCount(10);
    List<String> mine = page.locator("#liked .book a").allTextContents();
    assertThat(mine).hasSize(2).allMatch(title -> TwoTastes.book(title) % 2 == 1);
    assertThat(page.locator(".reasons a").allTextContents()).isNotEmpty().isSubsetOf(mine);
    assertThat(page.locator("main ol > li > .book a").allTextContents())
        .doesNotContainAnyElementsOf(mine)
        .first()
        .matches(title -> TwoTastes.book(title) % 2 == 1);

    page.reload();
    assertThat(heading()).hasText("Recommended to you");
    assertThat(page.locator("#liked .book a")).hasText(mine.toArray(String[]::new));
    page.goBack();
    assertThat(heading()).hasText("Book 7");
    assertThat(page.locator("#liked > li")).hasCount(2);
  }

  @Test
  void recommendsByKeyboardAlone() {
    visit("");
    Locator options = page.getByRole(AriaRole.OPTION);
    press("Tab", "#query");
    page.keyboard().type("book");
    assertThat(options).hasCount(8);
    page.keyboard().press("ArrowDown");
    page.keyboard().press("ArrowUp");
    assertThat(options.last()).hasAttribute("aria-selected", "true");
    page.keyboard().press("Escape");
    assertThat(options).hasCount(0);
    page.keyboard().press("Escape");
    assertThat(page.locator("#query")).hasValue("");
    page.keyboard().type("000007X");
    page.keyboard().press("Enter");
    assertThat(heading()).hasText("Book 7");

    press("Tab", "main > #answer > button");
    page.keyboard().press("Enter");
    press("Tab", "main ol > li:nth-child(3) button");
    page.keyboard().press("Space");
    assertThat(page.locator("#liked > li")).hasCount(2);
    press("Shift+Tab", "select");
    page.keyboard().press("ArrowDown");
    assertThat(page.locator(":focus")).hasValue("8");
    press("Tab", "#recommend");
    page.keyboard().press("Enter");
    assertThat(heading()).hasText("Recommended to you");
    assertThat(heading()).isFocused();
    assertThat(page.locator(".reasons").first()).isVisible();

    press("Tab", "main ol button");
    page.keyboard().press("Enter");
    assertThat(page.locator("#liked > li")).hasCount(3);
    assertThat(heading()).isFocused();
    press("Shift+Tab", "#liked button");
    page.keyboard().press("Enter");
    assertThat(page.locator("#liked > li")).hasCount(2);
  }

  @Test
  void showsAReader() {
    visit("");
    page.getByRole(AriaRole.LINK, named("A reader")).click();
    page.locator("#user").fill("5");
    page.keyboard().press("Enter");
    assertThat(heading()).hasText("Reader 5");
    assertThat(page.locator("main")).containsText(TwoTastes.BOOKS + " books");
    assertThat(page.locator("main ol").last().locator("li")).hasCount(TwoTastes.BOOKS);
    visit("#view=user&id=6");
    assertThat(page.locator("main ol").first().locator(".reasons").first()).isVisible();
  }

  @Test
  void showsTheModel() {
    visit("#view=model");
    Locator facts = page.locator("dl").first();
    assertThat(facts).containsText("rank4");
    assertThat(facts).containsText("users" + TwoTastes.USERS);
    assertThat(facts).containsText("items" + TwoTastes.BOOKS);
    assertThat(page.locator("main")).containsText("seed");
    assertThat(page.locator("svg")).hasAccessibleName(Pattern.compile("^RMSE by epoch: "));
  }

  /// Has the model tell this of its training.
  private void tellCurves(Map<String, List<Double>> curves) {
    context.route(
        Pattern.compile("/v1/model$"),
        route -> {
          try {
            Map<String, Object> fields = Json.parse(route.fetch().text());
            fields.put("curves", curves);
            route.fulfill(new Route.FulfillOptions().setBody(Json.line(fields)));
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        });
  }

  @Test
  void drawsHowItLearned() {
    tellCurves(Map.of());
    visit("#view=model");
    assertThat(page.locator("svg")).hasCount(0);
    context.unrouteAll();

    Map<String, List<Double>> curves = new TreeMap<>();
    curves.put("trainRmse", List.of(3.0, 2.0, 1.25));
    curves.put("holdoutRmse", Arrays.asList(3.5, null, 2.5));
    curves.put("loss", List.of(1e6, 5e5));
    tellCurves(curves);
    page.reload();
    assertThat(page.locator("svg")).hasCount(2);
    Locator rmse = page.locator("figure").filter(new Locator.FilterOptions().setHasText("RMSE"));
    assertThat(rmse.getByRole(AriaRole.IMG))
        .hasAccessibleName("RMSE by epoch: held out from 3.5 to 2.5; training from 3 to 1.25");
    Locator lines = rmse.locator("polyline:first-child");
    assertThat(lines).hasCount(2);
    assertThat(lines.last().getAttribute("points").split(" ")).hasSize(3);
    rmse.locator("summary").click();
    assertThat(rmse.locator("tbody tr").nth(1)).hasText("2–2");
  }

  @Test
  void tellsWhatFailsInWords() throws IOException {
    visit("#view=user&id=nobody");
    Locator alert = page.getByRole(AriaRole.ALERT);
    assertThat(alert).containsText("The user must be one that the model has: user=nobody");
    page.locator("#user").fill("5");
    page.keyboard().press("Enter");
    assertThat(heading()).hasText("Reader 5");
    assertThat(alert).isEmpty();

    context.route(
        Pattern.compile("/v1/"),
        route ->
            route.fulfill(
                new Route.FulfillOptions()
                    .setStatus(503)
                    .setHeaders(Map.of("Retry-After", "7"))
                    .setBody("{\"detail\":\"too much is asked for\"}")));
    page.getByRole(AriaRole.LINK, named("The model")).click();
    assertThat(alert).containsText("Too much is asked for; it may answer in 7 s.");
    context.unrouteAll();
    context.setOffline(true);
    button(alert, "Try again").click();
    assertThat(alert).containsText("cannot be reached");
    context.setOffline(false);
    button(alert, "Try again").click();
    assertThat(heading()).hasText("The model");
  }

  @Test
  void aTitleStaysText() {
    visit("");
    page.locator("#query").pressSequentially("hostile");
    page.getByRole(AriaRole.OPTION).click();
    assertThat(heading()).hasText(HOSTILE);
    assertThat(page.locator("main img")).hasCount(0);
    visit("#view=book&id=<img src=x onerror=alert(2)>" + liked(HOSTILE_BOOK));
    assertThat(page.getByRole(AriaRole.ALERT)).containsText("item=<img");
    assertThat(page.locator("#liked a")).hasText(HOSTILE);
  }

  @Test
  void fitsAPhone() {
    context.close();
    open(new Browser.NewContextOptions().setViewportSize(360, 740));
    for (String address :
        List.of(
            "",
            "#view=book&id=" + TwoTastes.isbn(HOSTILE_BOOK) + liked(3, HOSTILE_BOOK),
            "#view=recommended" + liked(3, HOSTILE_BOOK),
            "#view=user&id=5",
            "#view=model",
            "#view=user&id=" + "nobody".repeat(20))) {
      visit(address);
      assertThat(page.evaluate("document.documentElement.scrollWidth")).as(address).isEqualTo(360);
    }
  }

  @Test
  void worksWithoutTitles() throws Exception {
    try (Service untitled = Serving.start(model("untitled"))) {
      page.navigate(untitled.url());
      page.locator("#query").pressSequentially(TwoTastes.isbn(7));
      page.keyboard().press("Enter");
      assertThat(heading()).hasText(TwoTastes.isbn(7));
      assertThat(entries()).hasCount(10);
    }
  }

  @Test
  void goesOnWhenTheModelIsReplaced() throws Exception {
    Path served = Files.copy(model, folder.resolve("served.safetensors"));
    try (Service swapping = Serving.start(served)) {
      page.navigate(swapping.url() + "/#view=book&id=" + TwoTastes.isbn(7));
      assertThat(heading()).hasText("Book 7");
      Path next = Files.copy(model, folder.resolve("next.safetensors"));
      Files.move(next, served, StandardCopyOption.ATOMIC_MOVE);
      page.getByRole(AriaRole.LINK, named("The model")).click();
      assertThat(heading()).hasText("The model");
      page.waitForCondition(
          () -> {
            page.reload();
            assertThat(heading()).hasText("The model");
            return page.locator("main").textContent().contains("replaced since the start1");
          });
      page.goBack();
      entries().locator(".book a").first().click();
      assertThat(heading()).not().hasText("Book 7");
      assertThat(entries()).hasCount(10);
    }
  }
}
