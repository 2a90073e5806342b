// The page's way to the browser: what is kept for good (localStorage, only if the reader
// asks), what this tab holds until it is closed (sessionStorage), the private part of a
// link, and the address.  Each command is carried out once, on what the device holds at
// that moment: another tab may have changed it.
const ENTRY = "cramp-risk";
const TAB = "cramp-risk-tab";
const LIST = "cramp-risk-list"; // what device_list.js writes
const LET_WIDGETS_SETTLE_MS = 500;
const VEILED_AT_MOST_MS = 20_000;
const done = (window.crampRiskDone ??= new Set());
const root = document.documentElement;
// What the page shows first is not shown before it is known: no example in the place of
// one's own answers, no number without the private part of a link.
const unveil = () => { root.dataset.cr = "shown"; };
if (!window.crampRiskVeil) window.crampRiskVeil = setInterval(unveil, VEILED_AT_MOST_MS);

const keysForNumbers = (names) => {
  if (window.crampRiskKeys) return;
  window.crampRiskKeys = true;
  const choose = ({ target }) => {
    const box = target.closest?.(".stTextInput");
    if (box && names.some((name) => box.closest(`.st-key-${name}`)))
      box.querySelector("input").inputMode = "decimal";
  };
  for (const event of ["pointerdown", "focusin"]) addEventListener(event, choose, true);
};

const carryOut = (command) => {
  let entry = {};
  try { entry = JSON.parse(localStorage.getItem(ENTRY)) ?? {}; } catch {}
  if (command.clear || typeof entry !== "object" || Array.isArray(entry)) entry = {};
  if (command.merge) for (const name of Object.keys(command.set))
    command.set[name] = { ...entry[name], ...command.set[name] };
  Object.assign(entry, command.set);
  for (const name of command.drop ?? []) delete entry[name];
  try {
    if (Object.keys(entry).length) localStorage.setItem(ENTRY, JSON.stringify(entry));
    else localStorage.removeItem(ENTRY);
    return true;
  } catch { return false; } // no room, or switched off
};

const marked = ({ visit, account }, text) => JSON.stringify({ visit, account, text });

// What the tab held before a reload, unless the page has it already.
const ofTab = (data) => {
  const earlier = (place) => {
    try {
      const held = JSON.parse(sessionStorage.getItem(place));
      if (held?.account && held.account !== data.account) {
        sessionStorage.removeItem(place); // somebody else's, who has signed out
        return "";
      }
      return held && held.visit !== data.visit ? held.text : "";
    } catch { return ""; }
  };
  const [tab, list] = data.restored ? [] : [earlier(TAB), earlier(LIST)];
  try {
    if (list) return JSON.stringify({ ...JSON.parse(tab || "{}"), list });
    if (tab) return tab;
    if (data.tab) sessionStorage.setItem(TAB, marked(data, data.tab));
    else sessionStorage.removeItem(TAB);
  } catch {}
  return null;
};

const plain = (text) => text && JSON.stringify(JSON.parse(text));
const alike = (one, other) => {
  try { return one === other || plain(one) === plain(other); } catch { return false; }
};

const forget = () => {
  try { for (const place of [TAB, LIST]) sessionStorage.removeItem(place); } catch {}
};

// A sign-in that ends by itself takes its page along, whoever sits there then.
const leaveInTime = ({ left_ms, first }) => {
  clearTimeout(window.crampRiskEnd);
  if (left_ms !== null)
    window.crampRiskEnd = setTimeout(() => { forget(); location.replace(first); }, left_ms);
};

export default function ({ data, setStateValue }) {
  if (data.leave) return location.replace(data.leave);
  if (data.forget) {
    forget();
    return unveil();
  }
  leaveInTime(data);
  const veiled = !root.dataset.cr;
  // Later, a message at once could overtake numbers that just changed on the page.
  const say = (name, value, wait) =>
    veiled ? setStateValue(name, value) : setTimeout(() => setStateValue(name, value), wait);
  // A message can be overtaken: until it has arrived each run offers it anew.
  const offer = (name, text, wait) => say(name, { text, at: Date.now() }, wait);
  let waiting = false;
  keysForNumbers(data.numbers);
  const start = `#${data.private}=`;
  // Of a link to the page that is open a browser reads only the new private part.
  window.onhashchange = () => { if (location.hash.startsWith(start)) location.reload(); };
  if (location.hash.startsWith(start)) {
    window.crampRiskTold = { text: location.hash.slice(start.length), path: location.pathname };
    // Out of the address bar, and of the history behind it.
    history.replaceState(history.state, "", location.pathname + location.search);
    // A link that was opened in this tab is newer than what the tab held.
    try { sessionStorage.removeItem(TAB); } catch {}
  }
  if (data.told) delete window.crampRiskTold;
  const told = window.crampRiskTold;
  if (told?.text && told.path === location.pathname && data.told === false) {
    offer("told", told.text, LET_WIDGETS_SETTLE_MS);
    waiting = true;
  } else if (data.address !== null) {
    const address = location.pathname + data.address;
    if (location.pathname + location.search !== address && !location.hash)
      history.replaceState(history.state, "", address);
  }
  const held = ofTab(data);
  if (held !== null) {
    waiting = true;
    offer("tab", held, 0);
  }
  try {
    const command = data.command;
    let wait = 0;
    if (command && !done.has(command.id)) {
      done.add(command.id);
      wait = LET_WIDGETS_SETTLE_MS;
      const written = carryOut(command);
      if (command.say || !written) say("wrote", command.id + (written ? "" : "!"), wait);
    }
    const kept = localStorage.getItem(ENTRY) ?? "";
    if (data.keeps && !alike(kept, data.known)) {
      waiting = true;
      say("kept", kept, wait);
    }
  } catch {
    // Storage can be switched off; then nothing is kept.
    if (data.command && data.known)
      setTimeout(() => {
        setStateValue("kept", "");
        setStateValue("wrote", data.command.id + "!");
      }, LET_WIDGETS_SETTLE_MS);
  }
  if (!waiting) unveil();
}
