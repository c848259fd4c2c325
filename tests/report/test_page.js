// What a reader does in a report, and what is then seen. `later` waits, and `data` is the page's.
const one = (selector, inside = document) => inside.querySelector(selector);
const all = (selector, inside = document) => [...inside.querySelectorAll(selector)];
const plots = all(".plot");
for (const plot of plots) {
  plot.scrollIntoView();
  await later(300);
}
const answer = {
  drawn: plots.map((plot) => all(".scatterlayer .trace", plot).length),
  wanted: data.figures.map((figure) =>
    figure.chart.panels.map((panel) => panel.lines.length).reduce((a, b) => a + b),
  ),
  widths: plots.map((plot) => plot.getBoundingClientRect().width),
  page: document.documentElement.scrollWidth <= innerWidth,
  hover: plots[0].data[0].text[1],
};
const button = one(".legend button");
button.click();
await later(300);
answer.off = [button.getAttribute("aria-pressed"), all(".scatterlayer .trace", plots[0]).length];
button.click();
await later(300);
answer.on = [button.getAttribute("aria-pressed"), all(".scatterlayer .trace", plots[0]).length];
const filter = one("#figures input");
filter.value = "accuracy-curves";
filter.dispatchEvent(new Event("input"));
answer.filtered = all("#figures article")
  .filter((article) => !article.hidden)
  .map((article) => article.id);
const table = one("#tables details");
table.open = true;
await later(100);
answer.rows = all("tbody tr", table).length;
const heading = all("th button", table).find((item) => item.textContent === "early_stop_iteration");
heading.click();
const index = all("th button", table).indexOf(heading);
answer.sorted = all("tbody tr", table).map((row) => Number(row.children[index].textContent));
const words = one("input", table);
words.value = "oneshot";
words.dispatchEvent(new Event("input"));
answer.found = all("tbody tr", table).map((row) => row.children[2].textContent);
let saved = null;
URL.createObjectURL = (blob) => {
  saved = blob;
  return "#";
};
all("button", table).at(-1).click();
answer.saved = await saved.text();
return answer;
