// Carries out what the reader asks the browser's own storage for, one command at a time.
// Each command is carried out once, on what the device holds at that moment: another
// tab may have changed it.  What then lies there differs from what the page knows only
// in that case; told at once, it could overtake numbers that just changed on the page,
// which would be lost.
const ENTRY = "cramp-risk";
const LET_WIDGETS_SETTLE_MS = 500;
const done = (window.crampRiskDone ??= new Set());
export default function ({ data, setStateValue }) {
  const plain = (text) => text && JSON.stringify(JSON.parse(text));
  const start = `#${data.private}=`;
  if (location.hash.startsWith(start)) {
    const told = location.hash.slice(start.length);
    // Out of the address bar, and of the history behind it.
    history.replaceState(history.state, "", location.pathname + location.search);
    setTimeout(() => setStateValue("told", told), LET_WIDGETS_SETTLE_MS);
  }
  try {
    const command = data.command;
    let wait = 0;
    if (command && !done.has(command.id)) {
      done.add(command.id);
      wait = LET_WIDGETS_SETTLE_MS;
      let entry = {};
      try { entry = JSON.parse(localStorage.getItem(ENTRY)) ?? {}; } catch {}
      if (command.clear || typeof entry !== "object" || Array.isArray(entry)) entry = {};
      if (command.merge) for (const name of Object.keys(command.set))
        command.set[name] = { ...entry[name], ...command.set[name] };
      Object.assign(entry, command.set);
      for (const name of command.drop ?? []) delete entry[name];
      let written = true;
      try {
        if (Object.keys(entry).length) localStorage.setItem(ENTRY, JSON.stringify(entry));
        else localStorage.removeItem(ENTRY);
      } catch { written = false; } // no room, or switched off
      if (command.say || !written)
        setTimeout(() => setStateValue("wrote", command.id + (written ? "" : "!")), wait);
    }
    const kept = localStorage.getItem(ENTRY) ?? "";
    let same = kept === data.known;
    try { same ||= plain(kept) === plain(data.known); } catch {}
    if (!same) setTimeout(() => setStateValue("kept", kept), wait);
  } catch {
    // Storage can be switched off; then nothing is kept.
    if (data.command && data.known)
      setTimeout(() => {
        setStateValue("kept", "");
        setStateValue("wrote", data.command.id + "!");
      }, LET_WIDGETS_SETTLE_MS);
  }
}
