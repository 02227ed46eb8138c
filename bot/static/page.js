// The chat of the demo page. Everything that is shown goes through text nodes: names of products and stores are
// other people's text.
import { askContact, cardsFor, element, holdCard } from "./cards.js";
import { WORDS } from "./words.js";

const log = document.getElementById("log");
const form = document.getElementById("form");
const field = document.getElementById("text");
const send = document.getElementById("send");
const status = document.getElementById("status");
const suggestions = document.getElementById("suggestions");
const positionButton = document.getElementById("position");

const state = { language: startLanguage(), conversation: null, position: null };

function startLanguage() {
  return navigator.language.toLowerCase().startsWith("fr") ? "fr" : "en";
}

function words() {
  return WORDS[state.language];
}

function showLanguage() {
  document.documentElement.lang = state.language;
  for (const node of document.querySelectorAll("[data-words]")) node.textContent = words()[node.dataset.words];
  for (const node of document.querySelectorAll("[data-words-label]")) {
    node.setAttribute("aria-label", words()[node.dataset.wordsLabel]);
    if (node.title) node.title = words()[node.dataset.wordsLabel];
  }
  for (const button of document.querySelectorAll("[data-language]")) {
    button.setAttribute("aria-pressed", String(button.dataset.language === state.language));
  }
  if (!state.conversation) suggest(words().starters.map((text) => ({ label: text, text })));
}

function say(kind, text) {
  const turn = element("div", `turn ${kind}`);
  turn.append(element("span", "unseen", `${kind === "mine" ? words().you : "onhand"}: `), text);
  log.append(turn);
  turn.scrollIntoView({ block: "nearest" });
  return turn;
}

function suggest(buttons) {
  suggestions.replaceChildren(...buttons.map(({ label, text }) => {
    const button = element("button", "", label);
    button.type = "button";
    button.addEventListener("click", () => ask(text));
    return button;
  }));
}

class Refusal extends Error {
  constructor({ message, details }) {
    super(message);
    this.fields = (details.errors ?? []).map((each) => each.field);
  }
}

async function post(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body),
  });
  const answer = await response.json();
  if (!response.ok) throw new Refusal(answer.error);
  return answer;
}

// crypto.randomUUID is missing where the page comes from another machine without TLS.
function newId() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function ask(text) {
  if (send.disabled) return;
  say("mine", text);
  const message = { text, message_id: newId(), locale: state.language };
  if (state.conversation) message.conversation_id = state.conversation;
  if (state.position) message.location = state.position;
  return deliver(message);
}

// A message that did not get through is sent again under the same id, so that nothing happens twice.
async function deliver(message) {
  busy(true);
  try {
    show(await post("/v1/chat", message));
  } catch {
    const turn = say("theirs bad", words().failed);
    const again = element("button", "small", words().retry);
    again.type = "button";
    again.addEventListener("click", () => { turn.remove(); deliver(message); });
    turn.append(again);
  } finally {
    busy(false);
    if (document.activeElement === document.body) field.focus(); // the button that was pressed is gone
  }
}

function busy(on) {
  send.disabled = on;
  log.setAttribute("aria-busy", String(on));
  status.textContent = on ? words().thinking : "";
}

function show(answer) {
  state.conversation = answer.conversation_id;
  const turn = say("theirs", answer.reply.text);
  turn.lang = answer.reply.language;
  if (bringsList(answer)) for (const button of log.querySelectorAll(".cards button")) button.disabled = true;
  if (answer.results.length) log.append(cardsFor(answer.results, words(), state.language, ask));
  if (answer.hold) showHold(answer.hold);
  suggest(answer.reply.suggestions);
  turn.scrollIntoView({ block: "start" });
}

// Numbers mean the entries of the newest list, so the buttons of older ones would choose something else.
function bringsList(answer) {
  return answer.results.length > 0 || answer.stores.length > 1 || answer.products.length > 1;
}

function showHold(hold) {
  const change = async (operation, contact) => {
    try {
      const body = contact ? { customer: { contact } } : {};
      const changed = await post(`/v1/holds/${encodeURIComponent(hold.hold_id)}/${operation}`, body);
      card.remove();
      showHold(changed);
    } catch (error) {
      const unreachable = error.fields?.includes("customer.contact") && !contact;
      status.textContent = unreachable ? words().contactWhy : error.message;
      if (unreachable) askContact(card, words(), (given) => change(operation, given));
    }
  };
  const card = holdCard(hold, words(), state.language, change);
  log.append(card);
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  const text = field.value.trim();
  if (!text || send.disabled) return;
  field.value = "";
  field.focus();
  ask(text);
});

positionButton.addEventListener("click", () => {
  if (state.position) {
    setPosition(null, words().positionOff);
  } else if (!navigator.geolocation) {
    status.textContent = words().positionNo;
  } else {
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => setPosition({ lat: coords.latitude, lon: coords.longitude }, words().positionOn),
      () => setPosition(null, words().positionNo),
      { timeout: 10000, maximumAge: 60000 },
    );
  }
});

function setPosition(position, text) {
  state.position = position;
  positionButton.setAttribute("aria-pressed", String(Boolean(position)));
  status.textContent = text;
}

for (const button of document.querySelectorAll("[data-language]")) {
  button.addEventListener("click", () => { state.language = button.dataset.language; showLanguage(); });
}

showLanguage();
// A question in the address (/#q=…) is asked at once, so that a link can show an answer. The part after # stays here.
const first = new URLSearchParams(location.hash.slice(1)).get("q");
if (first) ask(first);
