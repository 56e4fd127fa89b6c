// Walks the console of a running server in a real browser.
//
// Environment:
//   ROUNDSMAN_URL       where the server listens, such as http://127.0.0.1:8080
//   ROUNDSMAN_LOGIN     a login that may see cases
//   ROUNDSMAN_PASSWORD  its password (not a one-time one)
//   SCREENSHOTS         a folder for pictures of every page (default: ./screenshots)
//   CHROMIUM            the browser (default: /usr/bin/chromium)
//
// The server has a refused edit that can be taken over, and one that waits: `refuse` (tests/src/bin) makes them.
//
// For each language, width and colour scheme it signs in, looks at the list, searches, opens a case, goes through
// what was refused and what waits, opens what would take an edit over and what would close it, reads the description
// of the interface, and on every page demands: no horizontal scrolling, nothing that axe calls a violation, no message
// in the browser's console (which is where a broken content policy shows), every control reachable by
// the Tab key with a visible mark, and targets of at least 44 px. Ends with status 1 if anything fails.

import { mkdir, readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { chromium } from "playwright-core";

const setting = (name, otherwise) => {
  const value = process.env[name] ?? otherwise;
  if (value === undefined) {
    console.error(`${name} is not set`);
    process.exit(2);
  }
  return value;
};

const base = setting("ROUNDSMAN_URL").replace(/\/$/, "");
const login = setting("ROUNDSMAN_LOGIN");
const password = setting("ROUNDSMAN_PASSWORD");
const folder = setting("SCREENSHOTS", "screenshots");
const axe = await readFile(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

/** Rules of WCAG 2.2 at level AA, and axe's own good habits. */
const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const TARGET_PX_MIN = 44;
/** Tab presses before a page counts as a trap. The description of the interface has hundreds of links. */
const TABS_MAX = 2_000;

const failures = [];
const demand = (ok, where, what) => {
  if (!ok) failures.push(`${where}: ${what}`);
};

/** Everything that holds on every page. */
async function inspect(page, where) {
  // Pictures below the fold load when somebody gets there; here all are wanted at once.
  const broken = await page.evaluate(async () => {
    const images = [...document.images];
    images.forEach((image) => (image.loading = "eager"));
    await Promise.all(images.map((image) => image.decode().catch(() => {})));
    return images.filter((image) => image.naturalWidth === 0).map((image) => image.src);
  });
  demand(broken.length === 0, where, `pictures that do not load: ${broken.join(", ")}`);
  await page.screenshot({ path: path.join(folder, `${where}.png`), fullPage: true });

  const width = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  demand(width[0] <= width[1], where, `${width[0]} px wide in a window of ${width[1]} px`);

  await page.evaluate(axe);
  const found = await page.evaluate((tags) => axe.run({ runOnly: { type: "tag", values: tags } }), RULES);
  for (const violation of found.violations) {
    const nodes = violation.nodes.slice(0, 3).map((node) => node.target.join(" ")).join(", ");
    demand(false, where, `axe ${violation.id}: ${violation.help} (${violation.nodes.length}: ${nodes})`);
  }

  const small = await page.evaluate((min) => {
    const controls = [...document.querySelectorAll("button, select, textarea, summary, input:not([type=hidden]), a")];
    const isInline = (control) => getComputedStyle(control).display === "inline";
    return controls
      .filter((control) => !control.classList.contains("skip") && !isInline(control))
      .map((control) => [control, control.getBoundingClientRect()])
      .filter(([, box]) => box.width > 0 && box.height < min)
      .map(([control, box]) => `${control.textContent.trim() || control.name} (${box.height} px)`);
  }, TARGET_PX_MIN);
  demand(small.length === 0, where, `targets below ${TARGET_PX_MIN} px: ${small.join(", ")}`);

  await walk(page, where);
}

/** Every control is reached by Tab, in the order of the page, and shows that it is. */
async function walk(page, where) {
  const wanted = await page.evaluate(() => {
    document.activeElement?.blur();
    getSelection()?.removeAllRanges();
    scrollTo(0, 0);
    const all = document.querySelectorAll("a[href], button, select, textarea, summary, input:not([type=hidden])");
    // What a closed part of the page holds is reached once that is opened.
    const controls = [...all].filter((control) => control.checkVisibility());
    controls.forEach((control, n) => (control.dataset.walk = n));
    return controls.length;
  });
  const seen = [];
  for (let tabs = 0; tabs < TABS_MAX && seen.length < wanted; tabs += 1) {
    await page.keyboard.press("Tab");
    const at = await page.evaluate(() => {
      const control = document.activeElement;
      const style = getComputedStyle(control);
      const name = control.dataset.walk;
      return { n: name === undefined ? null : Number(name), marked: style.outlineStyle !== "none" };
    });
    if (at.n === null || seen.includes(at.n)) continue;
    demand(at.marked, where, `control ${at.n} shows no mark when it has the focus`);
    seen.push(at.n);
  }
  const inOrder = seen.every((n, place) => place === 0 || n > seen[place - 1]);
  demand(seen.length === wanted, where, `Tab reached ${seen.length} of ${wanted} controls`);
  demand(inOrder, where, `Tab went ${seen.join(" ")}`);
}

/** Whatever the browser complains of is a failure. */
function listen(page, name) {
  page.on("console", (message) => {
    const isNoise = message.type() !== "error" && message.type() !== "warning";
    if (!isNoise) demand(false, name("console"), message.text());
  });
}

/** What programs may ask, which anybody may read: found, opened and followed by keyboard. */
async function description(page, name) {
  listen(page, name);
  await page.goto(`${base}/docs`);
  await inspect(page, name("docs"));
  const operation = page.locator("details.operation").first();
  await operation.locator("summary").focus();
  await page.keyboard.press("Enter");
  demand(await operation.evaluate((part) => part.open), name("docs"), "an operation does not open by keyboard");
  const link = operation.locator('a[href^="#shape-"]').first();
  const shape = await link.getAttribute("href");
  await link.focus();
  await page.keyboard.press("Enter");
  const isInView = (id) => {
    const { top } = document.querySelector(id).getBoundingClientRect();
    return top >= 0 && top < innerHeight;
  };
  const isThere = await page.waitForFunction(isInView, shape).then(() => true, () => false);
  demand(isThere, name("docs"), `following ${shape} does not lead there`);
  await page.goto(`${base}/docs`);
  await page.evaluate(() => document.querySelectorAll("details").forEach((part) => (part.open = true)));
  const cut = await page.evaluate(() => {
    const gists = [...document.querySelectorAll("details[open] .gist")];
    return gists.filter((gist) => gist.scrollHeight > gist.clientHeight + 1).length;
  });
  demand(cut === 0, name("docs-open"), `${cut} operations do not tell to the end what they do`);
  await inspect(page, name("docs-open"));
}

async function tour(browser, { lang, width, scheme }) {
  const name = (page) => `${page}-${lang}-${width}-${scheme}`;
  const context = await browser.newContext({
    viewport: { width, height: 800 },
    locale: lang,
    colorScheme: scheme,
    reducedMotion: "reduce",
    // The pages promise to work without; axe is put in by the debugger, which needs it on.
    javaScriptEnabled: true,
  });
  const docs = await context.newPage();
  await description(docs, name);
  await docs.close();
  const page = await context.newPage();
  listen(page, name);

  await page.goto(`${base}/login`);
  demand((await page.locator("html").getAttribute("lang")) === lang, name("login"), "another language");
  await inspect(page, name("login"));
  await page.fill("#login", login);
  await page.fill("#password", `${password}-wrong`);
  await page.press("#password", "Enter");
  await page.locator("[role=alert]").waitFor();
  await inspect(page, name("login-wrong"));
  await page.fill("#login", login);
  await page.fill("#password", password);
  await page.press("#password", "Enter");
  await page.locator("#q").waitFor();
  await inspect(page, name("list"));

  const rows = await page.locator(".cases tbody tr").count();
  demand(rows > 0, name("list"), "no case to look at");
  if (rows > 0) {
    const number = (await page.locator(".cases tbody th").first().textContent()).trim();
    await page.fill("#q", number);
    await page.press("#q", "Enter");
    await page.locator(".cases tbody tr").first().waitFor();
    demand((await page.inputValue("#q")) === number, name("search"), "the search was forgotten");
    await inspect(page, name("search"));
    await page.locator(".cases tbody th a").first().click();
    await page.locator("#timeline").waitFor();
    await inspect(page, name("case"));
    await page.emulateMedia({ media: "print" });
    await page.screenshot({ path: path.join(folder, `${name("case-print")}.png`), fullPage: true });
    await page.emulateMedia({ media: "screen" });
  }

  await page.locator(`.pages a[href="/quarantine"]`).click();
  await page.locator("#state").waitFor();
  await inspect(page, name("refused-list"));
  const refused = page.locator(".cases tbody th a");
  demand((await refused.count()) > 0, name("refused-list"), "no refused edit to look at");
  if ((await refused.count()) > 0) {
    await refused.last().click();
    await page.locator("#what").waitFor();
    await inspect(page, name("refused"));
    for (const summary of await page.locator("details summary").all()) {
      // By keyboard, as without a mouse.
      await summary.focus();
      await page.keyboard.press("Enter");
    }
    await page.locator("#note").waitFor({ state: "visible" });
    // Tab goes on from where the focus was, so it begins anew on a page that nobody has touched.
    await page.reload();
    await page.evaluate(() => document.querySelectorAll("details").forEach((part) => (part.open = true)));
    await inspect(page, name("refused-open"));
    // The note is asked for before anything is sent; what is sent without one, a page answers.
    await page.locator("#note").evaluate((note) => note.form.setAttribute("novalidate", ""));
    const quiet = failures.length;
    await page.locator(`form[action$="/close"] button`).click();
    await page.locator("[role=alert]").waitFor();
    await inspect(page, name("refused-not-done"));
    // The browser names every answer of 4xx in its console; this one was wanted.
    const wanted = (failure) => failure.includes("422");
    failures.splice(quiet, failures.length, ...failures.slice(quiet).filter((failure) => !wanted(failure)));
  }
  await page.goto(`${base}/quarantine/waiting`);
  demand((await page.locator(".cases tbody tr").count()) > 0, name("waiting"), "nothing waits");
  await inspect(page, name("waiting"));

  const missing = await page.request.get(`${base}/cases/00000000-0000-0000-0000-000000000000`);
  demand(missing.status() === 404, name("missing"), `status ${missing.status()}`);

  const other = lang === "en" ? "zh-CN" : "en";
  await page.goto(`${base}/`);
  await page.locator(`.switch button[value="${other}"]`).click();
  await page.locator(`html[lang="${other}"]`).waitFor({ state: "attached" });
  await page.locator(".leave button").click();
  await page.locator("#password").waitFor();
  await context.close();
}

await mkdir(folder, { recursive: true });
const browser = await chromium.launch({
  executablePath: setting("CHROMIUM", "/usr/bin/chromium"),
  args: ["--no-sandbox"],
});
try {
  for (const lang of ["zh-CN", "en"]) {
    for (const width of [360, 1280]) {
      for (const scheme of ["light", "dark"]) {
        await tour(browser, { lang, width, scheme });
      }
    }
  }
} finally {
  await browser.close();
}
for (const failure of failures) console.error(failure);
console.log(failures.length === 0 ? "console: every page holds" : `console: ${failures.length} failures`);
process.exit(failures.length === 0 ? 0 : 1);
