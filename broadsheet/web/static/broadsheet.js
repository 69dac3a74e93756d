// Times in the reader's zone, the key "/" for the search field, and pages that keep themselves fresh. All pages work without it.
"use strict";

const DATE = { day: "numeric", month: "short", year: "numeric", hour: "2-digit", minute: "2-digit" };
const EXACT = { ...DATE, second: "2-digit" };

function ago(seconds) {
  if (seconds < 1) return "now";
  if (seconds < 90) return `${Math.round(seconds)} s ago`;
  if (seconds < 5400) return `${Math.round(seconds / 60)} min ago`;
  if (seconds < 172800) return `${Math.round(seconds / 3600)} h ago`;
  return `${Math.round(seconds / 86400)} days ago`;
}

function inReadersZone(root) {
  for (const element of root.querySelectorAll("time[data-style]")) {
    const moment = new Date(element.dateTime);
    if (Number.isNaN(moment.getTime())) continue;
    const style = element.dataset.style;
    const text = style === "ago"
      ? ago((Date.now() - moment.getTime()) / 1000)
      : new Intl.DateTimeFormat("en-GB", style === "exact" ? EXACT : DATE).format(moment);
    if (element.textContent !== text) element.textContent = text;
  }
}

function searchKey(event) {
  if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.target.closest("input, textarea, select, [contenteditable]")) return;
  const field = document.getElementById("q");
  event.preventDefault();
  if (!field) { location.href = "/"; return; }
  field.focus();
  field.select();
}

// Each part with an id is replaced only where it changed, so that nothing flickers, and what is open stays open.
function renew(live, html) {
  const fresh = new DOMParser().parseFromString(html, "text/html");
  inReadersZone(fresh);
  const parts = [...fresh.body.querySelectorAll("section[id]")];
  const shown = [...live.querySelectorAll("section[id]")];
  const same = parts.length === shown.length && parts.every((part, place) => part.id === shown[place].id);
  if (!same) { live.replaceChildren(...fresh.body.childNodes); return; }
  parts.forEach((part, place) => {
    const old = shown[place];
    for (const open of old.querySelectorAll("details[open][id]")) {
      const twin = part.querySelector(`#${CSS.escape(open.id)}`);
      if (twin) twin.open = true;
    }
    if (old.outerHTML === part.outerHTML) return;
    const made = document.importNode(part, true);
    const held = old.contains(document.activeElement) ? document.activeElement : null;
    if (held && held.matches("input:not([type=hidden]), select, textarea")) return;
    const twin = held && samePlace(held, made);
    old.replaceWith(made);
    if (twin) twin.focus({ preventScroll: true });
  });
}

// What the reader's focus is on, in the part that takes the old one's place.
function samePlace(held, made) {
  const details = held.matches("summary") && held.parentElement.id;
  if (details) return made.querySelector(`#${CSS.escape(details)} > summary`);
  const key = (held.closest("form") || held).outerHTML;
  return [...made.querySelectorAll("a, button, summary")].find((one) => (one.closest("form") || one).outerHTML === key);
}

async function refresh(live) {
  try {
    const answer = await fetch(live.dataset.live, { headers: { accept: "text/html" }, redirect: "error" });
    if (!answer.ok) throw new Error(String(answer.status));
    renew(live, await answer.text());
    document.body.classList.remove("stale");
  } catch {
    document.body.classList.add("stale");
  }
}

function keepFresh(live) {
  let timer = 0;
  async function turn() {
    await refresh(live);
    timer = document.hidden ? 0 : setTimeout(turn, 2000);
  }
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden && !timer) turn();
  });
  timer = setTimeout(turn, 2000);
}

document.addEventListener("keydown", searchKey);
document.addEventListener("submit", (event) => {
  const question = event.target.dataset.confirm;
  if (question && !confirm(question)) event.preventDefault();
});
inReadersZone(document);
const live = document.getElementById("live");
if (live) keepFresh(live);
