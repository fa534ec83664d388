/* Small improvements; every page works without them. */
(() => {
  "use strict";

  const each = (selector, act, root = document) => root.querySelectorAll(selector).forEach(act);

  /* The server's sentences are better than the browser's bubbles, and they come with a summary. */
  each('form[method="post"]', (form) => {
    form.noValidate = true;
  });

  /* After a refused form or a conflict, begin where it is explained. */
  const summary = document.querySelector("[data-error-summary]");
  if (summary) summary.focus();
  each("[data-error-summary] a[href^='#']", (link) => {
    link.addEventListener("click", (event) => {
      const field = document.getElementById(link.hash.slice(1));
      if (!field) return;
      event.preventDefault();
      field.focus();
      field.closest(".usa-form-group, td")?.scrollIntoView({ block: "center" });
    });
  });

  /* Leaving with typed but unsaved changes asks first. */
  let unsaved = false;
  each("form[method='post']:not([data-no-guard])", (form) => {
    if (!form.querySelector("input:not([type=hidden]), select, textarea")) return;
    form.addEventListener("input", () => {
      unsaved = true;
    });
  });
  window.addEventListener("beforeunload", (event) => {
    if (unsaved) event.preventDefault();
  });

  /* One click, one request. The button keeps its value, so it is marked rather than disabled. */
  const waiting = (form, button) => {
    form.dataset.sent = "1";
    if (!button || button.tagName !== "BUTTON") return;
    button.setAttribute("aria-disabled", "true");
    button.classList.add("slp-busy");
    button.dataset.words = button.textContent;
    button.textContent = button.dataset.busy || "Working…";
  };
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.method !== "post" || event.defaultPrevented) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    unsaved = false;
    waiting(form, event.submitter);
  });
  /* The browser's Back restores the page as it was left: make it usable again. */
  window.addEventListener("pageshow", (event) => {
    if (!event.persisted) return;
    each("form[data-sent]", (form) => {
      delete form.dataset.sent;
    });
    each(".slp-busy", (button) => {
      button.removeAttribute("aria-disabled");
      button.classList.remove("slp-busy");
      button.textContent = button.dataset.words;
    });
  });

  /* Filters apply when a choice is made. */
  each("form[data-autosubmit]", (form) => {
    form.addEventListener("change", (event) => {
      if (event.target.matches("select, [type=checkbox], [type=radio]")) form.requestSubmit();
    });
    form.addEventListener("submit", () => {
      each("input, select", (field) => {
        field.disabled = field.value === "";
      }, form);
    });
    window.addEventListener("pageshow", () => each("input, select", (field) => {
      field.disabled = false;
    }, form));
  });

  /* Menus close on Escape and on a click elsewhere. */
  each("details.slp-menu", (menu) => {
    document.addEventListener("click", (event) => {
      if (!menu.contains(event.target)) menu.open = false;
    });
    menu.addEventListener("keydown", (event) => {
      if (event.key !== "Escape" || !menu.open) return;
      menu.open = false;
      menu.querySelector("summary").focus();
    });
  });

  /* A table that is wider than the screen can be scrolled by keyboard too. */
  each(".slp-table-wrap", (wrap) => {
    if (wrap.scrollWidth <= wrap.clientWidth) return;
    wrap.tabIndex = 0;
    wrap.setAttribute("role", "group");
    wrap.setAttribute("aria-label", wrap.querySelector("caption")?.textContent || "Table");
  });

  /* Formsets: rows are added from the template; a row that was never saved is taken out, a saved one is marked. */
  each("[data-formset]", (set) => {
    const prefix = set.dataset.formset;
    const total = set.querySelector(`[name="${prefix}-TOTAL_FORMS"]`);
    const rows = set.querySelector("[data-formset-rows]");
    const template = set.querySelector("template");
    const add = set.querySelector("[data-formset-add]");
    if (!total || !rows || !template || !add) return;
    const number = () => each("[data-formset-number]", (slot, index) => {
      slot.textContent = index + 1;
    }, rows);
    add.hidden = false;
    add.addEventListener("click", () => {
      const piece = document.createElement("template");
      piece.innerHTML = template.innerHTML.replaceAll("__prefix__", total.value);
      const row = piece.content.firstElementChild;
      rows.append(piece.content);
      total.value = Number(total.value) + 1;
      number();
      row.querySelector("input:not([type=hidden]), select, textarea")?.focus();
    });
    const limit = set.querySelector(`[name="${prefix}-MAX_NUM_FORMS"]`);
    const watch = () => {
      add.hidden = limit && rows.children.length >= Number(limit.value);
    };
    add.addEventListener("click", watch);
    watch();
  });

  /* The demonstration's accounts fill the sign-in form. */
  each("[data-fill-login]", (words) => {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "slp-fill";
    button.textContent = words.textContent;
    button.addEventListener("click", () => {
      document.querySelector("[name=login]").value = words.dataset.fillLogin;
      document.querySelector("[name=password]").value = words.dataset.fillPassword;
      document.querySelector("[name=password]").form.querySelector("[type=submit]").focus();
    });
    words.replaceChildren(button);
  });

  /* "Print this page" and the like. */
  each("[data-print]", (button) => {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  });
})();
