// What readers expect of a browser beyond what Streamlit does: Back leads to the page before with its filters, the focus
// goes into a popover and comes back, and names that are read aloud hold no codes of icons. Nothing is fetched, and
// nothing of a page's content is changed.
(() => {
  "use strict";

  const BODY = '[data-testid="stPopoverBody"]';
  const REACHED = 'a[href], button:not([disabled]), input:not([disabled]), select, textarea, [tabindex]:not([tabindex="-1"])';
  const ICON = /:material\/\w+:\s*/g;
  const FRAMES = 300;
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

  // What a popover holds is drawn some frames after it, and not all of it at once: until its reader moves on, the focus
  // is on what is then the first.
  const goInto = (body, frames, given) => {
    const first = within(body)[0];
    const isGone = given && !given.isConnected && document.activeElement === document.body;
    const hasMovedOn = given && !isGone && document.activeElement !== given;
    if (hasMovedOn || frames === 0 || !body.isConnected) return;
    if (first !== document.activeElement) first?.focus();
    requestAnimationFrame(() => goInto(body, frames - 1, first));
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

  // One step of the way is one page. Streamlit writes more than that: a page that opens says its release and filters one
  // after the other, and a page that is left takes its filters out of the address, and may say those of the next page
  // before the address is the next page's.
  const push = history.pushState.bind(history);
  const replace = history.replaceState.bind(history);
  let drawn = location.pathname; // the page that is shown; the address may be ahead of it
  let isArriving = true; // and its reader has not done anything yet
  let isLeaving = false; // a link to another page was followed, which is not there yet
  let isPushed = false; // by this page, since its reader last did something
  let isGone = false; // and what the server still says of it counts no more
  history.pushState = (state, title, address) => {
    if (isGone) return;
    const path = new URL(address ?? "", location.href).pathname;
    const isSamePage = path === drawn;
    if (isPushed || (isSamePage && isArriving)) replace(state, title, address);
    else push(state, title, address);
    isPushed = isSamePage && !isArriving;
    if (isSamePage) return;
    drawn = path;
    isArriving = true;
    isLeaving = false;
  };
  history.replaceState = (state, title, address) => {
    if (!isGone) replace(state, title, address);
  };
  for (const done of ["pointerdown", "keydown"]) {
    document.addEventListener(done, () => {
      isArriving = false;
      if (!isLeaving) isPushed = false;
    }, true);
  }
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href]");
    const isElsewhere = event.button !== 0 || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (link && !isElsewhere && link.origin === location.origin && link.pathname !== drawn) isLeaving = true;
  }, true);
  // Back and Forward to another page open what the address says, as Reload does. In the session that is there Streamlit
  // would leave out what the page before has too, and all pages have the same filters; and what its server still says of
  // the page before would be written over the address.
  window.addEventListener("popstate", (event) => {
    isArriving = true;
    isLeaving = false;
    isPushed = false;
    if (location.pathname === drawn && !isGone) return;
    isGone = true;
    event.stopImmediatePropagation();
    location.reload();
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
