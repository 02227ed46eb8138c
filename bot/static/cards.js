// Results and holds as cards, built from text nodes only.

export function element(tag, className, text) {
  const node = document.createElement(tag);
  if (className) node.className = className;
  if (text !== undefined) node.textContent = text;
  return node;
}

function money(price, currency, language) {
  if (price === null) return "";
  if (!currency) return price;
  try {
    return new Intl.NumberFormat(language, { style: "currency", currency }).format(Number(price));
  } catch {
    return `${price} ${currency}`;
  }
}

function clock(moment, language) {
  return new Intl.DateTimeFormat(language, { hour: "numeric", minute: "2-digit" }).format(new Date(moment));
}

function distance(km, language, words) {
  return `${new Intl.NumberFormat(language, { maximumFractionDigits: km < 10 ? 1 : 0 }).format(km)} ${words.km}`;
}

export function cardsFor(results, words, language, ask) {
  const list = element("ol", "cards");
  results.forEach((result, index) => list.append(resultCard(result, index + 1, words, language, ask)));
  return list;
}

function resultCard(result, number, words, language, ask) {
  const card = element("li", "card");
  const store = result.store;
  const title = element("h3", "", `${number}. ${store.name}`);
  if (result.distance_km > 0) title.append(element("span", "far", distance(result.distance_km, language, words)));
  card.append(title);
  card.append(element("p", "soft", [store.address, store.city, store.region].filter(Boolean).join(", ")));
  const open = store.open_now === null ? "" : store.open_now ? words.open : words.closed;
  const hours = store.hours_today && store.hours_today !== "closed" ? `${words.today} ${store.hours_today}` : "";
  if (open || hours) card.append(element("p", "soft", [open, hours].filter(Boolean).join(" · ")));
  for (const item of result.items.slice(0, 3)) card.append(...itemLines(item, words, language));
  const row = element("div", "row");
  const choose = element("button", "small", `${words.choose} ${number}`);
  choose.type = "button";
  choose.setAttribute("aria-label", `${words.choose} ${number}: ${store.name}`);
  choose.addEventListener("click", () => ask(String(number)));
  row.append(choose, element("span", "soft", `${words.asOf} ${clock(result.as_of, language)}`));
  card.append(row);
  return card;
}

function itemLines(item, words, language) {
  const what = element("p", "what");
  what.append(element("span", "", item.title), element("span", "price", money(item.price, item.currency, language)));
  const count = `${item.available}${item.available_capped ? "+" : ""}`;
  const amount = item.level === "low" ? `${words.low} ${count}` : `${words.inStock}: ${count}`;
  const aisle = item.aisle ? ` · ${words.aisle} ${item.aisle}` : "";
  return [what, element("p", `level ${item.level}`, amount + aisle)];
}

export function holdCard(hold, words, language, change) {
  const card = element("section", "card hold");
  const state = words.states[hold.state] ?? hold.state;
  const heading = element("h3", "", hold.state === "held" ? words.held : state);
  card.append(heading);
  for (const line of hold.lines) card.append(element("p", "", `${line.held} × ${line.title ?? line.sku}`));
  if (["held", "confirmed", "ready"].includes(hold.state)) card.append(...timesOf(hold, words, language));
  const id = element("p", "soft", `${words.holdId} `);
  id.append(element("code", "", hold.hold_id));
  card.append(id, holdButtons(hold, words, change));
  return card;
}

// By the store's clock where the service tells it: whoever drives there reads that one.
function dayAndTime(moment, local, language) {
  const shape = { weekday: "short", hour: "numeric", minute: "2-digit" };
  if (!local) return new Intl.DateTimeFormat(language, shape).format(new Date(moment));
  return new Intl.DateTimeFormat(language, { ...shape, timeZone: "UTC" }).format(new Date(`${local.slice(0, 19)}Z`));
}

function timesOf(hold, words, language) {
  const lines = [];
  if (hold.ready_by) lines.push(`${words.readyBy} ${dayAndTime(hold.ready_by, hold.ready_by_local, language)}`);
  if (hold.expires_at) lines.push(`${words.until} ${dayAndTime(hold.expires_at, hold.expires_at_local, language)}`);
  else if (hold.pickup_by) lines.push(`${words.until} ${dayAndTime(hold.pickup_by, hold.pickup_by_local, language)}`);
  return lines.map((line) => element("p", "soft", line));
}

export function askContact(card, words, send) {
  const row = element("form", "row contact");
  const field = element("input");
  field.name = "contact";
  field.required = true;
  field.maxLength = 254;
  field.autocomplete = "email";
  field.setAttribute("aria-label", words.contact);
  field.placeholder = words.contact;
  const button = element("button", "", words.confirm);
  row.append(field, button);
  row.addEventListener("submit", (event) => {
    event.preventDefault();
    button.disabled = true;
    send(field.value.trim()).finally(() => { button.disabled = false; });
  });
  card.append(row);
  field.focus();
}

function holdButtons(hold, words, change) {
  const row = element("div", "row");
  const offers = [];
  if (hold.state === "held") offers.push(["confirm", words.confirm]);
  if (["held", "confirmed", "ready"].includes(hold.state)) offers.push(["cancel", words.cancel]);
  for (const [operation, label] of offers) {
    const button = element("button", operation === "confirm" ? "" : "small", label);
    button.type = "button";
    button.addEventListener("click", () => { button.disabled = true; change(operation); });
    row.append(button);
  }
  return row;
}
