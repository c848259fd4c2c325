"use strict";
// The report of a study, built from the data in the page. Figures are drawn by Plotly when they
// come into view.
const data = JSON.parse(document.getElementById("data").textContent);
const DASHES = {
  solid: "solid",
  dashed: "dash",
  dashdot: "dashdot",
  dotted: "dot",
  longdashed: "longdash",
  shortdotted: "2px,2px",
};
const MARKERS = {
  o: "circle",
  s: "square",
  "^": "triangle-up",
  D: "diamond",
  v: "triangle-down",
  X: "x",
  P: "cross",
  "<": "triangle-left",
  ">": "triangle-right",
  "*": "star",
};
const MOST = 200; // rows of a table that are shown at once
const HEIGHT = 330; // of a panel, in pixels

function make(tag, properties = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(properties)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children.filter((child) => child !== null && child !== undefined));
  return element;
}

function section(id, title, ...children) {
  document.querySelector("nav").append(make("a", { href: `#${id}` }, title));
  document
    .querySelector("main")
    .append(make("section", { id }, make("h2", {}, title), ...children));
}

function short(value) {
  if (typeof value !== "number") return String(value);
  if (value >= 1e6) return `${+(value / 1e6).toPrecision(3)}M`;
  if (value >= 1e4) return `${+(value / 1e3).toPrecision(3)}K`;
  return String(+value.toPrecision(value >= 1000 ? 4 : 3));
}

function shown(value) {
  return String(+value.toPrecision(5));
}

// Texts of tables

function parsed(text) {
  const rows = [];
  let row = [],
    cell = "",
    quoted = false;
  for (let at = 0; at < text.length; at++) {
    const letter = text[at];
    if (quoted && letter === '"' && text[at + 1] === '"') {
      cell += '"';
      at++;
    } else if (letter === '"') quoted = !quoted;
    else if (!quoted && letter === ",") {
      row.push(cell);
      cell = "";
    } else if (!quoted && letter === "\n") {
      rows.push([...row, cell]);
      row = [];
      cell = "";
    } else cell += letter;
  }
  return rows;
}

function numeric(cell) {
  return cell !== "" && Number.isFinite(Number(cell));
}

function compare(one, other) {
  if (numeric(one) && numeric(other)) return Number(one) - Number(other);
  return String(one).localeCompare(String(other));
}

// A table that is sorted by a click on a heading, and filtered by a text.
function table(head, rows, label) {
  const body = make("tbody");
  const count = make("span", { className: "soft", role: "status" });
  const filter = make("input", { type: "search" });
  let column = null,
    rising = true,
    all = false;
  const headings = head.map((name, index) => {
    const button = make("button", { type: "button", onclick: () => sort(index) }, name || "\u00a0");
    return make("th", { scope: "col", "aria-sort": "none" }, button);
  });
  function sort(index) {
    rising = column === index ? !rising : true;
    column = index;
    headings.forEach((heading, at) =>
      heading.setAttribute(
        "aria-sort",
        at !== index ? "none" : rising ? "ascending" : "descending",
      ),
    );
    show();
  }
  function show() {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const found = rows.filter((row) =>
      words.every((word) => row.some((cell) => written(cell).toLowerCase().includes(word))),
    );
    if (column !== null)
      found.sort(
        (one, other) => (rising ? 1 : -1) * compare(ranked(one[column]), ranked(other[column])),
      );
    const shown = all ? found : found.slice(0, MOST);
    body.replaceChildren(...shown.map((row) => make("tr", {}, ...row.map(cellOf))));
    const more = make(
      "button",
      {
        type: "button",
        onclick: () => {
          all = true;
          show();
        },
      },
      "show all",
    );
    count.replaceChildren(
      `${shown.length} of ${rows.length} rows `,
      shown.length < found.length ? more : "",
    );
  }
  filter.addEventListener("input", show);
  show();
  return make(
    "div",
    {},
    make("div", { className: "controls" }, make("label", {}, "Rows with", filter), count),
    make(
      "div",
      { className: "scroll", tabIndex: 0, role: "region", "aria-label": label },
      make("table", {}, make("thead", {}, make("tr", {}, ...headings)), body),
    ),
  );
}

// A cell is a text, or an object of a text and the number that it is sorted by.
function written(cell) {
  return String(cell.text ?? cell);
}

function ranked(cell) {
  return cell.rank ?? cell;
}

function cellOf(cell) {
  if (cell.text !== undefined) return make("td", { className: "number" }, cell.text);
  if (data.verdicts.includes(cell)) return make("td", {}, verdict(cell));
  const short = numeric(cell) && /\.\d{5}/.test(cell) ? String(+Number(cell).toPrecision(5)) : cell;
  return make("td", { className: numeric(cell) ? "number" : "" }, String(short));
}

function verdict(text) {
  return make("span", { className: `verdict ${text.replaceAll(" ", "-")}` }, text);
}

function download(name, text) {
  const link = make("button", { type: "button" }, `Download ${name}`);
  link.addEventListener("click", () => {
    const url = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    make("a", { href: url, download: name }).click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
  });
  return link;
}

// A table in a part that is closed at first, and is made when it is opened.
function closed(title, name, text) {
  const part = make("details", {}, make("summary", {}, title));
  part.addEventListener("toggle", () => {
    if (part.children.length > 1) return;
    const [head, ...rows] = parsed(text);
    part.append(table(head, rows, title), download(name, text));
  });
  return part;
}

// Figures

function axisOf(axis, anchor) {
  const made = {
    title: { text: axis.label, standoff: 8 },
    type: axis.scale,
    anchor,
    zeroline: false,
    gridcolor: "#e6e8ec",
    linecolor: "#5c6470",
    showline: true,
    ticks: "outside",
  };
  if (axis.ticks) Object.assign(made, { tickvals: axis.ticks, ticktext: axis.ticks.map(short) });
  if (axis.limits) made.range = axis.limits;
  else if (axis.falling) made.autorange = "reversed";
  return made;
}

// Where a point stands on x, or from where to where a bin goes.
function place(line, index) {
  return line.steps
    ? `${short(line.x[index])} to ${short(line.x[index + 1])}`
    : short(line.x[index]);
}

function hover(panel, line, index, bars) {
  const percent = panel.x.numbers === "percent" ? " %" : "";
  const parts = [
    `<b>${line.name.replaceAll("<", "&lt;")}</b>`,
    `${panel.x.label}: ${place(line, index)}${percent}`,
    `${panel.y.label}: ${shown(line.y[index])}`,
  ];
  if (line.low && line.low[index] !== null)
    parts.push(`${bars}: ${shown(line.low[index])} to ${shown(line.high[index])}`);
  if (line.count) parts.push(`${line.count[index]} networks`);
  return parts.join("<br>");
}

function barsOf(line) {
  if (!line.low) return {};
  const [first, step] = line.bars;
  const at = (ends) =>
    line.y.map((value, index) =>
      value === null || ends[index] === null || index < first || (index - first) % step
        ? null
        : Math.abs(ends[index] - value),
    );
  return {
    error_y: {
      type: "data",
      symmetric: false,
      array: at(line.high),
      arrayminus: at(line.low),
      thickness: 1,
      width: 0,
      color: line.color,
    },
  };
}

function traceOf(panel, line, number, bars) {
  const suffix = number > 1 ? number : "";
  const y = line.steps ? [...line.y, line.y.at(-1)] : line.y;
  return {
    name: line.name,
    x: line.x.map((value) => (value === null ? null : value * (1 + line.aside))),
    y,
    xaxis: `x${suffix}`,
    yaxis: `y${suffix}`,
    mode: line.marker ? "lines+markers" : "lines",
    showlegend: false,
    line: {
      color: line.color,
      width: 1.6,
      dash: DASHES[line.dash],
      shape: line.steps ? "hv" : "linear",
    },
    marker: { symbol: MARKERS[line.marker], size: 6 },
    text: y.map((value, index) =>
      value === null || index >= line.y.length ? "" : hover(panel, line, index, bars),
    ),
    hovertemplate: "%{text}<extra></extra>",
    ...barsOf(line),
  };
}

function layoutOf(chart) {
  const rows = 1 + Math.max(...chart.panels.map((panel) => panel.place[0]));
  const columns = 1 + Math.max(...chart.panels.map((panel) => panel.place[1]));
  const layout = {
    grid: { rows, columns, pattern: "independent", xgap: 0.16, ygap: 0.22 },
    height: 60 + HEIGHT * rows,
    margin: { l: 62, r: 44, t: 34, b: 56 },
    modebar: { orientation: "v", bgcolor: "rgba(0,0,0,0)" },
    font: { family: "system-ui, sans-serif", size: 12, color: "#1c1e21" },
    hovermode: "closest",
    annotations: [],
  };
  const number = (panel) => panel.place[0] * columns + panel.place[1] + 1;
  for (const panel of chart.panels) {
    const suffix = number(panel) > 1 ? number(panel) : "";
    layout[`xaxis${suffix}`] = axisOf(panel.x, `y${suffix}`);
    layout[`yaxis${suffix}`] = axisOf(panel.y, `x${suffix}`);
    if (panel.title)
      layout.annotations.push({
        text: panel.title.replaceAll("<", "&lt;"),
        showarrow: false,
        xref: `x${suffix} domain`,
        yref: `y${suffix} domain`,
        x: 0.5,
        y: 1,
        yanchor: "bottom",
        font: { size: 13 },
      });
  }
  return { layout, number };
}

function draw(figure, place) {
  const { layout, number } = layoutOf(figure.chart);
  const traces = figure.chart.panels.flatMap((panel) =>
    panel.lines.map((line) => traceOf(panel, line, number(panel), figure.bars)),
  );
  const options = {
    responsive: true,
    displaylogo: false,
    toImageButtonOptions: { format: "svg", filename: figure.name },
  };
  return Plotly.newPlot(place, traces, layout, options);
}

function swatch(line) {
  const dash = {
    solid: "",
    dashed: "6 3",
    dashdot: "6 3 1 3",
    dotted: "2 3",
    longdashed: "10 4",
    shortdotted: "1 2",
  }[line.dash];
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("width", 30);
  svg.setAttribute("height", 10);
  svg.setAttribute("aria-hidden", "true");
  const look = `stroke="${line.color}" stroke-width="2.5" stroke-dasharray="${dash}"`;
  svg.innerHTML = `<line x1="0" x2="30" y1="5" y2="5" ${look}/>`;
  return svg;
}

function legend(figure, place) {
  const lines = new Map();
  for (const panel of figure.chart.panels)
    for (const line of panel.lines) if (!lines.has(line.name)) lines.set(line.name, line);
  const names = figure.chart.names.filter((name) => name && lines.has(name));
  const buttons = names.map((name) => {
    const button = make(
      "button",
      { type: "button", "aria-pressed": "true" },
      swatch(lines.get(name)),
      name,
    );
    button.addEventListener("click", () => {
      const shown = button.getAttribute("aria-pressed") === "false";
      button.setAttribute("aria-pressed", String(shown));
      const traces = place.data
        .map((trace, index) => (trace.name === name ? index : -1))
        .filter((index) => index >= 0);
      Plotly.restyle(place, { visible: shown }, traces);
    });
    return button;
  });
  const heading = figure.chart.heading
    ? make("span", { className: "soft" }, figure.chart.heading)
    : null;
  return make(
    "div",
    { className: "legend", role: "group", "aria-label": `Lines of ${figure.title}` },
    heading,
    ...buttons,
  );
}

// Four digits, as `lth claims` prints them, so that a verdict can be understood.
function exact(value) {
  return Math.abs(value) >= 1000
    ? Number(value.toPrecision(4)).toLocaleString("en")
    : String(+value.toPrecision(4));
}

function listed(text) {
  return text
    .split("; ")
    .map((cell) => (numeric(cell) ? exact(Number(cell)) : cell))
    .join("; ");
}

function first(text) {
  return text.split("; ")[0];
}

function counted(text) {
  return { text: listed(text), rank: first(text) };
}

function interval(claim) {
  if (!claim.low) return "";
  const highs = listed(claim.high).split("; ");
  return listed(claim.low)
    .split("; ")
    .map((low, index) => `${low} to ${highs[index]}`)
    .join("; ");
}

const SCALES = { mini: ", miniature", changed: ", of other experiments", paper: "" };

function claimLine(claim) {
  const range = claim.low ? ` (${interval(claim)})` : "";
  const trials = claim.trials ? `, n = ${claim.trials}` : "";
  const ours = claim.ours
    ? `, ours ${listed(claim.ours)}${range}${trials}${SCALES[claim.scale]}`
    : "";
  return make(
    "li",
    {},
    verdict(claim.verdict),
    ` ${claim.says} `,
    make("span", { className: "soft" }, `Paper ${listed(claim.paper)}${ours}.`),
  );
}

function figureOf(figure) {
  const own = data.claims.filter((claim) => figure.paper && claim.figure === figure.paper);
  const shown = own.filter((claim) => claim.verdict !== "not run");
  const article = make("article", { id: `figure-${figure.name}` }, make("h3", {}, figure.title));
  if (figure.chart.kind === "sheet") {
    const [head, ...rows] = figure.chart.rows;
    article.append(
      make(
        "div",
        { className: "scroll" },
        make(
          "table",
          {},
          make(
            "thead",
            {},
            make("tr", {}, ...head.map((cell) => make("th", { scope: "col" }, cell))),
          ),
          make(
            "tbody",
            {},
            ...rows.map(([name, ...cells]) =>
              make(
                "tr",
                {},
                make("th", { scope: "row" }, name),
                ...cells.map((cell) => make("td", {}, cell)),
              ),
            ),
          ),
        ),
      ),
    );
  } else {
    const place = make("div", { className: "plot", role: "img", "aria-label": figure.caption });
    place.style.minHeight = `${layoutOf(figure.chart).layout.height}px`;
    article.append(legend(figure, place), place);
    seen.observe(place);
    places.set(place, figure);
  }
  article.append(make("p", {}, figure.caption));
  if (shown.length) article.append(make("ul", { className: "claims" }, ...shown.map(claimLine)));
  article.append(
    closed("Numbers of this figure", `${figure.name}.csv`, figure.numbers),
    make("p", { className: "soft" }, "Key ", make("code", {}, figure.key)),
  );
  return article;
}

const places = new Map();
const seen = new IntersectionObserver(
  (entries) => {
    for (const entry of entries) {
      if (!entry.isIntersecting) continue;
      seen.unobserve(entry.target);
      draw(places.get(entry.target), entry.target);
    }
  },
  { rootMargin: "600px" },
);
// On paper, figures that have not been seen are there too.
window.addEventListener("beforeprint", () => {
  for (const [place, figure] of places) if (!place.data) draw(figure, place);
});

function figures() {
  const articles = data.figures.map(figureOf);
  const filter = make("input", { type: "search" });
  const count = make("span", { className: "soft", role: "status" });
  const show = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    articles.forEach((article, index) => {
      const text = `${data.figures[index].title} ${data.figures[index].caption}`.toLowerCase();
      article.hidden = !words.every((word) => text.includes(word));
    });
    const shown = articles.filter((article) => !article.hidden);
    count.textContent = `${shown.length} of ${articles.length} figures`;
  };
  filter.addEventListener("input", show);
  show();
  section(
    "figures",
    "Figures",
    make(
      "p",
      {},
      "Point at a line for its numbers, drag to zoom, and click twice to zoom out. " +
        "A click on a name switches its line off.",
    ),
    make("div", { className: "controls" }, make("label", {}, "Figures with", filter), count),
    ...articles,
  );
}

function claims() {
  if (!data.claims.length) return;
  const choice = make(
    "select",
    {},
    ...["all", ...data.verdicts].map((text) => make("option", { value: text }, text)),
  );
  const place = make("div");
  const head = [
    "Claim",
    "Section",
    "Figure",
    "Statement",
    "Paper",
    "Ours",
    "95 % interval",
    "n",
    "Verdict",
    "Scale",
    "Why",
  ];
  const show = () => {
    const found = data.claims.filter(
      (claim) => choice.value === "all" || claim.verdict === choice.value,
    );
    const rows = found.map((claim) => [
      claim.claim,
      claim.section,
      claim.figure,
      claim.says,
      counted(claim.paper),
      counted(claim.ours),
      { text: interval(claim), rank: first(claim.low) },
      claim.trials,
      claim.verdict,
      claim.scale,
      claim.why,
    ]);
    place.replaceChildren(table(head, rows, "What the paper states"));
  };
  choice.addEventListener("change", show);
  show();
  const own = data.claims.filter((claim) => claim.scale === "paper");
  const totals = data.verdicts.map(
    (text) => `${own.filter((claim) => claim.verdict === text).length} ${text}`,
  );
  section(
    "claims",
    "What the paper states",
    make(
      "p",
      {},
      `At the paper's scale: ${totals.join(", ")}. ` +
        "Claims that miniatures or other experiments answer are marked, and count in none of these.",
    ),
    make("div", { className: "controls" }, make("label", {}, "Verdict", choice)),
    place,
  );
}

function runs() {
  const parts = data.experiments.map((item) =>
    make(
      "details",
      {},
      make(
        "summary",
        {},
        `${item.name}: ${item.networks} networks, ${item.diverged || "none"} of them diverged`,
      ),
      make("p", {}, `Key of the table `, make("code", {}, item.key), `. ${item.made_on}.`),
      make("pre", {}, item.settings),
    ),
  );
  section("runs", "What was run", ...parts);
}

function differences() {
  if (!data.differences.length) return;
  const items = data.differences
    .map((item) => [make("dt", {}, make("strong", {}, item.about)), make("dd", {}, item.says)])
    .flat();
  section("differences", "What differs from the paper, and why", make("dl", {}, ...items));
}

document.getElementById("summary").textContent = data.summary;
figures();
claims();
section(
  "tables",
  "Tables",
  make(
    "p",
    {},
    "A row is a network of a strategy. The dense network of a trial stands in each. " +
      "Accuracies and densities are shares, losses are in nats.",
  ),
  ...data.experiments.map((item) => closed(item.name, `${item.name}.csv`, item.table)),
);
runs();
differences();
