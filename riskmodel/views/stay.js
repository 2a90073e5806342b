// Warnings and reasons come and go above the questions, and browsers then often lose the
// place where the reader was: the question that was just answered stays where it is.
const hold = (event) => {
  const main = document.querySelector('[data-testid="stMain"]');
  const held = event.target.closest?.(".st-key-questions [data-testid=stElementContainer]");
  if (!main || !held) return;
  const top = held.getBoundingClientRect().top;
  const until = performance.now() + 3000;
  let moved = false;
  const let_go = () => { moved = true; };
  for (const name of ["wheel", "touchmove", "pointerdown", "keydown"])
    addEventListener(name, let_go, { once: true, capture: true });
  const keep = () => {
    if (moved || performance.now() > until || !held.isConnected) return;
    const off = held.getBoundingClientRect().top - top;
    if (Math.abs(off) > 2) main.scrollTop += off;
    requestAnimationFrame(keep);
  };
  requestAnimationFrame(keep);
};
export default function () {
  if (window.crampRiskStay) return;
  window.crampRiskStay = true;
  addEventListener("click", hold, true);
}
