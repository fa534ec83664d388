/* The support log on a poor line: an entry is kept on the phone first, then sent, as often as it takes.
   The server knows each entry by its client_id, so sending twice adds nothing. Without this script the form posts as usual. */
(() => {
  "use strict";

  const panel = document.getElementById("support-queue");
  if (!panel) return;
  const form = document.getElementById("support-form");
  const { user, sync, worker, add, login } = panel.dataset;
  const KEY = `slp-support:${user}`;
  const STATES = { waiting: "Waiting for the line", sending: "Sending…", refused: "Not accepted" };
  const TONES = { waiting: "warn", sending: "info", refused: "bad" };

  /* -- the queue ---------------------------------------------------------------------------------- */
  const read = () => {
    try {
      return JSON.parse(localStorage.getItem(KEY)) || [];
    } catch {
      return [];
    }
  };
  const write = (entries) => localStorage.setItem(KEY, JSON.stringify(entries));
  const change = (id, values) => write(read().map((e) => (e.id === id ? { ...e, ...values } : e)));
  const drop = (id) => write(read().filter((e) => e.id !== id));
  const newId = () => {
    if (crypto.randomUUID) return crypto.randomUUID();
    const b = crypto.getRandomValues(new Uint8Array(16));
    b[6] = (b[6] & 0x0f) | 0x40;
    b[8] = (b[8] & 0x3f) | 0x80;
    const h = [...b].map((x) => x.toString(16).padStart(2, "0")).join("");
    return `${h.slice(0, 8)}-${h.slice(8, 12)}-${h.slice(12, 16)}-${h.slice(16, 20)}-${h.slice(20)}`;
  };

  /* -- what the person sees ------------------------------------------------------------------------- */
  const say = (text) => {
    panel.querySelector("[data-queue-state]").textContent = text;
  };
  const card = (entry) => {
    const row = document.createElement("li");
    row.className = `slp-todo__card slp-todo__card--${TONES[entry.state] || "neutral"}`;
    const title = document.createElement("h3");
    title.textContent = entry.title;
    const note = document.createElement("p");
    note.textContent = [entry.team, entry.note].filter(Boolean).join(": ");
    const foot = document.createElement("p");
    foot.className = "slp-todo__foot";
    const tag = document.createElement("span");
    tag.className = `slp-status slp-status--${TONES[entry.state] || "neutral"}`;
    tag.textContent = STATES[entry.state] || entry.state;
    const when = document.createElement("span");
    when.textContent = ` ${new Date(entry.at).toLocaleString()}`;
    foot.append(tag, when);
    row.append(title, note);
    if (entry.reason) {
      const reason = document.createElement("p");
      reason.className = "usa-error-message";
      reason.textContent = entry.reason;
      row.append(reason);
    }
    row.append(foot);
    if (entry.state === "refused") {
      const remove = document.createElement("button");
      remove.type = "button";
      remove.className = "usa-button usa-button--unstyled";
      remove.textContent = "Remove this entry";
      remove.addEventListener("click", () => {
        drop(entry.id);
        draw();
      });
      row.append(remove);
    }
    return row;
  };
  const draw = () => {
    const entries = read();
    panel.hidden = entries.length === 0;
    panel.querySelector("[data-queue-rows]").replaceChildren(...entries.map(card));
  };

  /* -- sending ---------------------------------------------------------------------------------------- */
  const reach = (options = {}) => {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), 20000);
    return fetch(sync, { credentials: "same-origin", redirect: "follow", ...options, signal: stop.signal })
      .finally(() => clearTimeout(timer));
  };
  /* A page kept for days has an old token: ask for the present one, and see whether we are still signed in. */
  const token = async () => {
    const response = await reach();
    const kind = response.headers.get("Content-Type") || "";
    if (response.redirected || !kind.includes("json")) return null;
    const data = await response.json();
    return String(data.user) === user ? data.token : null;
  };
  const sendOne = async (entry, csrf) => {
    change(entry.id, { state: "sending", reason: "" });
    draw();
    const body = new URLSearchParams(entry.fields);
    body.set("csrfmiddlewaretoken", csrf);
    const response = await reach({ method: "POST", body });
    if (response.status === 422) {
      const data = await response.json();
      const first = Object.values(data.errors || {})[0];
      const reason = data.reason || (first && first[0].message) || "The server did not accept it.";
      change(entry.id, { state: "refused", reason });
      return false;
    }
    if (!response.ok || response.redirected) throw new Error(`status ${response.status}`);
    drop(entry.id);
    return true;
  };
  let busy = false;
  const send = async () => {
    const waiting = read().filter((e) => e.state !== "refused");
    if (busy || waiting.length === 0) return 0;
    busy = true;
    let sent = 0;
    try {
      const csrf = await token();
      if (csrf === null) {
        say("");
        const link = document.createElement("a");
        link.href = `${login}?next=${encodeURIComponent(location.pathname)}`;
        link.className = "usa-link";
        link.textContent = "Sign in to send what is waiting.";
        panel.querySelector("[data-queue-state]").replaceChildren(link);
        return 0;
      }
      for (const entry of waiting) sent += (await sendOne(entry, csrf)) ? 1 : 0;
      if (sent) say(`${sent} sent.`);
    } catch {
      read().forEach((e) => e.state === "sending" && change(e.id, { state: "waiting" }));
      say("No line just now. The entries stay on this phone and are sent by themselves.");
    } finally {
      busy = false;
      draw();
    }
    return sent;
  };

  /* -- the form --------------------------------------------------------------------------------------- */
  const words = (name) => {
    const field = form.querySelector(`[name="${name}"]:checked`);
    const label = field && form.querySelector(`label[for="${field.id}"]`);
    return label ? label.textContent.trim() : "";
  };
  const fieldsOf = () => {
    const data = new FormData(form);
    const id = newId();
    const at = new Date().toISOString();
    data.set("client_id", id);
    data.set("at_iso", at);
    data.delete("csrfmiddlewaretoken");
    data.delete("once"); /* client_id makes it one, however often it is sent */
    return { id, at, fields: [...data.entries()] };
  };
  if (form) {
    form.addEventListener("submit", async (event) => {
      if (!form.querySelector("[name=kind]:checked") || !form.querySelector("[name=engagement]:checked")) return;
      event.preventDefault();
      const entry = { ...fieldsOf(), state: "waiting", reason: "" };
      entry.title = words("kind");
      entry.team = words("engagement");
      entry.note = form.elements.note.value.slice(0, 80);
      try {
        write([...read(), entry]);
      } catch {
        form.submit(); /* no storage on this phone: send it the plain way */
        return;
      }
      draw();
      const sent = await send();
      const left = read().find((e) => e.id === entry.id);
      if (sent && !left) {
        location.assign(form.dataset.done || add.replace(/add\/$/, ""));
        return;
      }
      if (left && left.state === "refused") {
        drop(entry.id); /* the server's own page says what is wrong, at its field */
        draw();
        form.submit();
        return;
      }
      form.elements.note.value = "";
      form.querySelectorAll("[name=kind]:checked").forEach((radio) => {
        radio.checked = false;
      });
      panel.scrollIntoView({ block: "start" });
    });
  }

  panel.querySelector("[data-queue-send]").addEventListener("click", send);
  window.addEventListener("online", send);
  setInterval(send, 60000);
  read().forEach((e) => e.state === "sending" && change(e.id, { state: "waiting" }));
  draw();
  send();

  if ("serviceWorker" in navigator) navigator.serviceWorker.register(worker, { scope: "/post/" }).catch(() => {});
})();
