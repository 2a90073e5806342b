// A list that this tab holds until it is closed.  It lies apart from the answers, and
// device.js hands it to the page after a reload: only then may this write another one.
const LIST = "cramp-risk-list";

export default function ({ data, setStateValue }) {
  let held = null;
  const say = (full) => { if (full !== data.full) setStateValue("full", full); };
  try { held = JSON.parse(sessionStorage.getItem(LIST)); } catch {}
  try {
    if (held && held.visit !== data.visit && !data.restored) return;
    const { visit, account, text } = data;
    if (text) sessionStorage.setItem(LIST, JSON.stringify({ visit, account, text }));
    else sessionStorage.removeItem(LIST);
    say(false);
  } catch { // no room, or switched off; an earlier list must not come back in its place
    try { sessionStorage.removeItem(LIST); } catch {}
    say(Boolean(data.text));
  }
}
