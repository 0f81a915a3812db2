// What readers expect of a browser beyond what Streamlit does: Back leads to the page before with its filters, the focus
// goes into a popover and comes back, and names that are read aloud hold no codes of icons. Nothing is fetched, and
// nothing of a page's content is changed.
(() => {
  "use strict";

  const BODY = '[data-testid="stPopoverBody"]';
  const REACHED = 'a[href], button:not([disabled]), input:not([disabled]), select, textarea, [tabindex]:not([tabindex="-1"])';
  const ICON = /:material\/\w+:\s*/g;
  const FRAMES = 60;
  const opened = new Map();
  let lastFocused = null;

  const within = (body) => [...body.querySelectorAll(REACHED)].filter((one) => one.getClientRects().length > 0);

  // Tab leaves a popover, at its end or its beginning, to what opened it.
  const leave = (event, body) => {
    if (event.key !== "Tab") return;
    setTimeout(() => {
      const origin = opened.get(body);
      if (!body.contains(document.activeElement) && origin?.isConnected) origin.focus();
    });
  };

  // What a popover holds is drawn some frames after it.
  const goInto = (body, frames) => {
    const first = within(body)[0];
    first?.focus();
    const isInside = body.contains(document.activeElement);
    if (!isInside && frames > 0 && body.isConnected) requestAnimationFrame(() => goInto(body, frames - 1));
  };

  const enter = (body) => {
    if (opened.has(body)) return;
    opened.set(body, lastFocused);
    body.addEventListener("keydown", (event) => leave(event, body));
    goInto(body, FRAMES);
  };

  const comeBack = () => {
    for (const [body, origin] of opened) {
      if (body.isConnected) continue;
      opened.delete(body);
      if (document.activeElement === document.body && origin?.isConnected) origin.focus();
    }
  };

  const speakPlainly = (element) => {
    const name = element.getAttribute?.("aria-label");
    if (name && name.includes(":material/")) element.setAttribute("aria-label", name.replace(ICON, ""));
  };

  // A page that opens writes its release and filters into the address, one after the other. Until its reader does
  // something, these are one step of the way, not several to go back through.
  const push = history.pushState.bind(history);
  const replace = history.replaceState.bind(history);
  const SOON = 1000; // milliseconds
  let isArriving = true;
  let pushedHere = -SOON;
  history.pushState = (state, title, address) => {
    const isSamePage = new URL(address ?? "", location.href).pathname === location.pathname;
    // Leaving, a page first takes its filters out of the address: that is no step, either.
    const isLeaving = !isSamePage && performance.now() - pushedHere < SOON;
    if ((isSamePage && isArriving) || isLeaving) replace(state, title, address);
    else push(state, title, address);
    if (isSamePage && !isArriving) pushedHere = performance.now();
    isArriving = isArriving || !isSamePage;
  };
  for (const done of ["pointerdown", "keydown"]) {
    document.addEventListener(done, () => { isArriving = false; }, true);
  }
  // Coming back, the address is said once more in a word of its own: Streamlit drops filters that the other page has, too.
  window.addEventListener("popstate", () => {
    isArriving = true;
    const here = new URL(location.href);
    if (!here.search) return;
    here.searchParams.set("came_back", here.search);
    replace(history.state, "", here);
  }, true);

  document.addEventListener("focusin", (event) => {
    if (!event.target.closest?.(BODY)) lastFocused = event.target;
  });

  new MutationObserver((changes) => {
    for (const change of changes) {
      if (change.type === "attributes") {
        speakPlainly(change.target);
        continue;
      }
      for (const added of change.addedNodes) {
        if (added.nodeType !== Node.ELEMENT_NODE) continue;
        speakPlainly(added);
        added.querySelectorAll("[aria-label]").forEach(speakPlainly);
        if (added.matches(BODY)) enter(added);
        added.querySelectorAll(BODY).forEach(enter);
      }
    }
    comeBack();
  }).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["aria-label"] });
})();
