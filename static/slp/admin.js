/* Cards for lists on a phone, and names for the controls that Django's admin leaves without one: cells under a column heading, search boxes of selectors. */
(() => {
  "use strict";

  const column = (cell) => {
    const heads = cell.closest("table")?.tHead?.rows[0]?.cells;
    return heads?.[cell.cellIndex]?.textContent.trim() || "";
  };

  /* On a phone the list becomes cards, each value beside the name of its column. */
  const label = () => {
    const list = document.getElementById("result_list");
    if (!list) return;
    list.querySelectorAll("tbody td").forEach((cell) => {
      cell.dataset.label = column(cell);
    });
    list.classList.add("slp-labelled");
  };
  label();

  const name = () => {
    document.querySelectorAll("#result_list td, .inline-group .tabular td").forEach((cell) => {
      cell.querySelectorAll("input:not([type=hidden]), select, textarea").forEach((control) => {
        if (control.labels?.length || control.hasAttribute("aria-label")) return;
        const row = cell.closest("tr").querySelector("th, td.original p")?.innerText.trim();
        control.setAttribute("aria-label", [column(cell), row].filter(Boolean).join(", ") || control.name);
      });
    });
    document.querySelectorAll(".inline-group th.original:empty").forEach((head) => {
      head.innerHTML = '<span class="usa-sr-only">Record</span>';
    });
    document.querySelectorAll(".select2-selection[role=combobox]").forEach((box) => {
      const select = box.closest(".select2")?.previousElementSibling;
      const words = select?.labels?.[0]?.textContent || select?.getAttribute("aria-label");
      if (!words) return;
      [box, ...box.querySelectorAll("[role=textbox]")].forEach((part) => {
        part.setAttribute("aria-label", words.replace(/:$/, "").trim());
      });
    });
    document.querySelectorAll("span[aria-label]:not([role])").forEach((mark) => mark.setAttribute("role", "img"));
    document.querySelectorAll(".results, .inline-group, #deleted-objects").forEach((box) => {
      if (box.scrollWidth > box.clientWidth || box.scrollHeight > box.clientHeight) box.tabIndex = 0;
    });
  };

  window.addEventListener("load", () => setTimeout(name));
  document.addEventListener("formset:added", () => setTimeout(name));
})();
