package io.github.peccary.tools.generate;

import java.util.List;
import java.util.random.RandomGenerator;

/// Made-up titles that suit their genre, and made-up authors.
///
/// A title is a pattern whose capitals in braces are replaced: `{A}` an adjective and `{N}` a noun
/// of the genre, `{P}` a place, `{F}` a first name, `{L}` a last name.
final class Titles {
  private record Genre(List<String> patterns, List<String> adjectives, List<String> nouns) {
    Genre(String patterns, String adjectives, String nouns) {
      this(words(patterns), words(adjectives), words(nouns));
    }
  }

  /// As many as [Taste#GENRES].
  private static final List<Genre> GENRES =
      List.of(
          new Genre( // novels
              "The {A} {N}|{N} of {P}|A {N} in {P}|The {N} and the {N}|What {F} Kept|The {L} {N}s|{A} {N}|{F} and the {A} {N}|The {N}s of {P}|Before the {A} {N}|Letters from {P}|{F} {L}'s {N}|All the {A} {N}s|A {A} {N}",
              "Quiet|Borrowed|Unfinished|Long|Distant|Broken|Last|Second|Ordinary|Pale|Silent|Faithful|Lost|Forgiving|Unspoken|Winter|Late|Hollow|Tender|Paper",
              "Summer|Orchard|Inheritance|Daughter|River|House|Letter|Season|Garden|Promise|Neighbor|Harbor|Bridge|Afternoon|Photograph|Confession|Sister|Wedding|Field|Lighthouse|Story|Memory|Crossing|Winter|Piano|Island"),
          new Genre( // mysteries and thrillers
              "The {P} {N}|Death in {P}|The {A} {N}|{A} {N}|A {N} for {F}|The {L} {N}|Murder at {L} House|{N} by Midnight|The {N} Wore Gloves|Who Killed {F} {L}?|The Case of the {A} {N}|Blood on the {N}|No {N} for {F}",
              "Deadly|Cold|Black|Hidden|Final|Crooked|Blind|Missing|Poisoned|Red|Perfect|Fatal|Dead|Shallow|Guilty|Sleeping|Stolen|Burning|Double|Savage",
              "Witness|Verdict|Alibi|Corpse|Widow|Suspect|Judge|Killer|Motive|Grave|Confession|Cipher|Target|Hostage|Jury|Detective|Shadow|Secret|Bullet|Knife|Contract|Evidence|Informer|Ransom|Trap|Clue"),
          new Genre( // romances
              "The {N}'s {N}|{A} {N}|A {A} {N}|The {A} {N}|Loving {F}|{F}'s {N}|Her {A} {N}|His {A} {N}|A {N} in {P}|Midnight in {P}|The {N} of {L} Manor|Once upon a {A} {N}|Promise Me, {F}|The {P} {N}",
              "Forbidden|Reluctant|Tender|Secret|Wild|Scandalous|Sweet|Runaway|Stolen|Wicked|Perfect|Moonlit|Brave|Innocent|Willing|Daring|Passionate|Golden|Gentle|Unlikely",
              "Bride|Duke|Kiss|Heart|Rose|Lady|Cowboy|Promise|Temptation|Wedding|Rogue|Surrender|Heiress|Groom|Desire|Proposal|Captain|Affair|Valentine|Whisper|Earl|Stranger|Embrace|Baby|Vow|Seduction"),
          new Genre( // fantasy
              "The {A} {N}|{N} of {N}s|The {N} of {P}|The {N}'s {N}|Song of the {A} {N}|{F} and the {N}|{N} and {N}|The {A} {N} Chronicles|A {N} of {N}s|Heir of the {N}|The {N} Wars|Daughter of the {A} {N}|{F} the {A}|The Last {N}",
              "Crystal|Ancient|Silver|Shattered|Dark|Eternal|Fallen|Cursed|Hidden|Iron|Burning|Forgotten|Emerald|Sacred|White|Shadowed|Elder|Frozen|Undying|Twilight",
              "Dragon|Sword|Throne|Wizard|Crown|Prophecy|Tower|Rune|Kingdom|Witch|Blade|Oracle|Realm|Unicorn|Sorceress|Ring|Gate|King|Talisman|Queen|Raven|Stone|Quest|Assassin|Magician|Spell"),
          new Genre( // science fiction
              "The {A} {N}|{N} {N}|The {N} of {L}'s World|{A} {N}s|Return to {L} Station|The {N} Paradox|Beyond the {A} {N}|{N} Zero|Children of the {N}|The {L} Equation|{A} {N} Rising|{F}'s {N}|The {N} Machine|Last {N} from Earth",
              "Quantum|Infinite|Alien|Orbital|Lunar|Martian|Silent|Galactic|Synthetic|Parallel|Distant|Artificial|Dying|Electric|Hollow|Second|Neural|Frozen|Cosmic|Uncharted",
              "Star|Colony|Machine|Planet|Android|Signal|Horizon|Empire|Galaxy|Mind|Gateway|Fleet|Moon|Orbit|Gene|Clone|Nebula|Voyage|Contact|Sun|Comet|Code|Invasion|Dream|Station|Exile"),
          new Genre( // history and lives
              "The {N} of {P}|{F} {L}: A Life|A History of {P}|{P} at War|The {A} {N}|{P}: The {A} {N}|My Years in {P}|The {N}s of {P}|The {L} {N}s|The Making of {P}|Inside the {A} {N}|{N} and {N}: {P} from the Beginning|The {L} Papers|The Road to {P}",
              "Great|Forgotten|Secret|Untold|First|Imperial|Royal|Golden|Bitter|Revolutionary|Modern|Long|Last|Old|Private|Bloody|Glorious|Unknown|Divided|Medieval",
              "War|Revolution|Empire|Republic|Fall|Siege|Century|President|Dynasty|Treaty|Explorer|General|Conquest|Battle|Spy|Rebellion|Journey|Diary|Painter|Railway|Voyage|Emperor|Colony|Plague|Crown|Frontier"),
          new Genre( // home, health and work
              "The {A} {N}|{A} {N} Made Easy|The {N} Book|How to Live with {A} {N}s|The {P} {N}|{F} {L}'s {A} {N}|365 {A} {N}s|{N} and {N}|The {N} Handbook|Thirty Days to a {A} {N}|The {A} {N} Cookbook|{N} for Beginners|The Complete {N}|Secrets of {A} {N}",
              "Healthy|Simple|Natural|Perfect|Complete|Practical|Quick|Happy|Organic|Creative|Italian|Modern|Effective|Vegetarian|Everyday|Balanced|Positive|Classic|Homemade|Wealthy",
              "Kitchen|Garden|Home|Body|Diet|Mind|Marriage|Career|Bread|Budget|Quilt|Pasta|Soul|Parent|Manager|Soup|Habit|Yoga|Investor|Dessert|Herb|Puppy|Workout|Salad|Leader|Family"),
          new Genre( // for children
              "{F} and the {A} {N}|The {A} {N}|{F}'s {N}|The {N} Who Loved {N}s|Good Night, {A} {N}|The Mystery of the {A} {N}|{F} Goes to {P}|Where Is {F}'s {N}?|The {N} in the {N}|Hello, {N}!|The {L} Street Kids|{F} Meets a {N}|The {A} Little {N}|Ten {A} {N}s",
              "Magic|Little|Purple|Sleepy|Brave|Hungry|Silly|Flying|Runaway|Grumpy|Tiny|Secret|Invisible|Dancing|Lonely|Spotted|Curious|Singing|Giant|Lucky",
              "Bear|Kitten|Pumpkin|Balloon|Train|Mouse|Puppy|Elephant|Castle|Rabbit|Snowman|Pony|Frog|Pirate|Dinosaur|Duck|Moon|Monster|Treehouse|Penguin|Whale|Bus|Owl|Cookie|Fox|Kite"));

  private static final List<String> PLACES =
      words(
          "Venice|Boston|the Valley|Kyoto|Savannah|Prague|the Highlands|Lisbon|Montana|Havana|the Bay|Cairo|Charleston|Vienna|the Delta|Dublin|Santa Fe|Marseille|the North|Bombay|Odessa|New Orleans|Tangier|the Prairie|Kraków|Málaga|Saint-Malo|Chicago|the Lakes|Istanbul|Edinburgh|Buenos Aires|the Outer Isles|Geneva|Alaska|Berlin|Oaxaca|the Old Town|Salem|Zanzibar");

  private static final List<String> FIRST_NAMES =
      words(
          "Anna|James|Clara|Henry|Rosa|Peter|Lucy|Daniel|Martha|Oliver|Emily|Samuel|Grace|Thomas|Nora|Walter|Alice|Jack|Eleanor|Max|Ruth|Leo|Sarah|Simon|Julia|Hugo|Ivy|Martin|Ella|Frank|Rachel|Oscar|Maria|Adam|Zoë|Felix|Hannah|Victor|Molly|André");

  private static final List<String> LAST_NAMES =
      words(
          "Marlowe|Hartley|Whitfield|Okafor|Lindqvist|Moreau|Castellano|Bennett|Ashworth|Novak|Pemberton|Delaney|Fischer|Tanaka|Holloway|Winslow|Granger|O'Hara|Santos|Kessler|Thornton|Ellison|Varga|McBride|Sinclair|Beaumont|Rosenthal|Carver|Dunmore|Petrov|Langley|Abbott|Müller|Sterling|Vance|Hawthorne|Quigley|Ramsey|Blackwood|Aldridge|Farrow|Keating|Mercer|Navarro|Prescott|Stratton|Underhill|Yardley");

  private static final List<String> ENDINGS =
      words(
          " : A Novel| (Large Print)| : A Novel of {P}| ({L} Mysteries)| (The {F} {L} Series, Book 1)| ({L} Trilogy, Book 2)| (The {N} Cycle, Book 3)| : Stories from {P}| : The Story of {F} {L}| (Book Club Edition)| : {N}s and Other Stories| ({L} Classics)| : A True Story| : With {F} {L}| (The {A} {N}, Volume 2)");

  private static final int ENDINGS_PER_HUNDRED = 40;

  private final RandomGenerator random;

  Titles(RandomGenerator random) {
    this.random = random;
  }

  private static List<String> words(String joined) {
    return List.of(joined.split("\\|"));
  }

  private String any(List<String> words) {
    return words.get(random.nextInt(words.size()));
  }

  String title(int genreNumber) {
    Genre genre = GENRES.get(genreNumber);
    StringBuilder title = new StringBuilder(48);
    append(title, any(genre.patterns), genre);
    if (random.nextInt(100) < ENDINGS_PER_HUNDRED) {
      append(title, any(ENDINGS), genre);
    }
    return title.toString();
  }

  private void append(StringBuilder title, String pattern, Genre genre) {
    for (int i = 0; i < pattern.length(); i++) {
      if (pattern.charAt(i) == '{') {
        String word = any(words(genre, pattern.charAt(i + 1)));
        i += 2;
        boolean plural = pattern.startsWith("s", i + 1);
        appendWord(title, plural ? plural(word) : word);
        i += plural ? 1 : 0;
      } else {
        title.append(pattern.charAt(i));
      }
    }
  }

  private static void appendWord(StringBuilder title, String word) {
    int last = title.length() - 1;
    boolean article =
        last >= 1
            && title.charAt(last) == ' '
            && title.charAt(last - 1) == 'A'
            && (last == 1 || title.charAt(last - 2) == ' ');
    if (article && "AEIO".indexOf(word.charAt(0)) >= 0) {
      title.insert(last, 'n');
    }
    title.append(word);
  }

  private static String plural(String noun) {
    if (noun.endsWith("y") && "aeiou".indexOf(noun.charAt(noun.length() - 2)) < 0) {
      return noun.substring(0, noun.length() - 1) + "ies";
    }
    return noun + (noun.endsWith("s") || noun.endsWith("ch") || noun.endsWith("x") ? "es" : "s");
  }

  private static List<String> words(Genre genre, char kind) {
    return switch (kind) {
      case 'A' -> genre.adjectives;
      case 'N' -> genre.nouns;
      case 'P' -> PLACES;
      case 'F' -> FIRST_NAMES;
      case 'L' -> LAST_NAMES;
      default -> throw new IllegalArgumentException("no such kind of word: kind=" + kind);
    };
  }

  String author() {
    return any(FIRST_NAMES) + ' ' + any(LAST_NAMES);
  }

  /// As in the original's table of users.
  String location() {
    return any(LOCATIONS);
  }

  private static final List<String> LOCATIONS =
      words(
          "stockton, california, usa|toronto, ontario, canada|münchen, bayern, germany|london, england, united kingdom|madrid, n/a, spain|porto, v.n.gaia, portugal|sydney, new south wales, australia|lyon, rhone-alpes, france|milano, lombardia, italy|auckland, n/a, new zealand|seattle, washington, usa|chicago, illinois, usa|houston, texas, usa|utrecht, n/a, netherlands|helsinki, n/a, finland|kuala lumpur, n/a, malaysia");
}
