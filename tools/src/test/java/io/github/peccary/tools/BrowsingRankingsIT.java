package io.github.peccary.tools;

import static com.microsoft.playwright.assertions.PlaywrightAssertions.assertThat;
import static org.assertj.core.api.Assertions.assertThat;

import com.microsoft.playwright.Locator;
import com.microsoft.playwright.options.AriaRole;
import io.github.peccary.tools.serve.Service;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The page of a model for rankings: it knows no ratings, asks for none and shows none.
class BrowsingRankingsIT extends Browsing {
  @TempDir static Path folder;
  private static Service service;

  @BeforeAll
  static void start() throws Exception {
    Path model = folder.resolve("model.safetensors");
    Cli.Result trained =
        Cli.run(
            "train", TwoTastes.ratings(folder), "-o", model, "--objective", "ranking", "--rank", 4);
    assertThat(trained.exitCode()).as(trained.err()).isZero();
    service = Serving.start(model);
  }

  @Override
  Service service() {
    return service;
  }

  @AfterAll
  static void stop() {
    service.close();
  }

  @Test
  void recommendsWhatGoesWithLikedBooks() {
    visit("");
    page.locator("#query").fill("book 7");
    page.getByRole(AriaRole.OPTION).click();
    assertThat(heading()).hasText("Book 7");
    button(page.locator("#answer"), "I liked this").first().click();
    button(entries().first(), "I liked this").click();
    assertThat(page.locator("#liked > li")).hasCount(2);
    assertThat(page.locator("#liked select")).hasCount(0);
    List<String> mine = page.locator("#liked .book a").allTextContents();

    button(page.locator("#likes"), "Recommend").click();
    assertThat(heading()).hasText("Recommended to you");
    assertThat(entries()).hasCount(10);
    assertThat(page.locator(".reasons a").allTextContents()).isNotEmpty().isSubsetOf(mine);
    assertThat(page.locator("main")).not().containsText("expected");
  }

  @Test
  void showsAReaderAndTheModel() {
    visit("#view=user&id=6");
    Locator lists = page.locator("main ol");
    assertThat(lists.first().locator(".reasons").first()).isVisible();
    assertThat(lists.last().locator("li").first()).isVisible();
    visit("#view=model");
    assertThat(page.locator("dl").first()).containsText("objectiveranking");
    assertThat(page.locator("svg")).hasAccessibleName(Pattern.compile(" by epoch: "));
  }
}
