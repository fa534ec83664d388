/* Keeps the support form, the log and their files, so that they open without a line. CACHE, PAGES and FILES stand
   above, written by the server. Pages are asked for first and kept as a fallback; signed out, the copy goes. */

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches.open(CACHE).then((cache) => cache.addAll(FILES)).then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) => Promise.all(names.filter((n) => n !== CACHE).map((n) => caches.delete(n))))
      .then(() => self.clients.claim())
      .then(() => caches.open(CACHE))
      .then((cache) => Promise.all(PAGES.map((page) => keepPage(cache, page)))),
  );
});

/* Only a page that was really given to this person is kept. */
async function keepPage(cache, page) {
  try {
    const response = await fetch(page, { credentials: "same-origin" });
    if (response.ok && !response.redirected) await cache.put(page, response);
  } catch {
    /* no line: next time */
  }
}

async function forgetPages() {
  const cache = await caches.open(CACHE);
  await Promise.all(PAGES.map((page) => cache.delete(page)));
}

async function pageFirst(request, path) {
  const cache = await caches.open(CACHE);
  try {
    const response = await fetch(request);
    if (PAGES.includes(path) && (response.redirected || response.type === "opaqueredirect")) {
      await forgetPages();
    } else if (response.ok && PAGES.includes(path)) {
      await cache.put(path, response.clone());
    }
    return response;
  } catch (error) {
    const kept = await cache.match(PAGES.includes(path) ? path : PAGES[0]);
    if (kept) return kept;
    throw error;
  }
}

self.addEventListener("fetch", (event) => {
  const url = new URL(event.request.url);
  if (event.request.method !== "GET" || url.origin !== self.location.origin) return;
  if (event.request.mode === "navigate") {
    event.respondWith(pageFirst(event.request, url.pathname));
  } else if (FILES.includes(url.pathname)) {
    event.respondWith(caches.match(url.pathname).then((kept) => kept || fetch(event.request)));
  }
});
