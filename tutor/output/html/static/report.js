"use strict";
// Sorting, filtering and the choice of light or dark. The pages are complete without any of it.

(() => {
  const collator = new Intl.Collator(document.documentElement.lang, { numeric: true, sensitivity: "base" });
  // Rows up to which all are laid out at once, as report.css has it; the template knows the number, too.
  const LARGE = 300;
  const STATUSES = ["fail", "unknown", "blocked", "skip", "pass"];

  // Light and dark: as the system has it, until somebody chooses otherwise on this page.
  const scheme = document.querySelector("button[data-scheme]");
  const system = matchMedia("(prefers-color-scheme: dark)");
  const isDark = () => (document.documentElement.dataset.scheme || (system.matches ? "dark" : "light")) === "dark";
  const name = () => { scheme.textContent = isDark() ? scheme.dataset.light : scheme.dataset.dark; };
  scheme.addEventListener("click", () => {
    document.documentElement.dataset.scheme = isDark() ? "light" : "dark";
    name();
  });
  system.addEventListener("change", name);
  name();
  scheme.hidden = false;

  // What a cell is sorted by.
  const keys = {
    text: (cell) => cell.textContent.trim(),
    number: (cell) => {
      const value = cell.dataset.value ?? cell.textContent.trim();
      return value === "" ? -Infinity : Number(value);
    },
    status: (cell) => STATUSES.indexOf(cell.className),
  };
  const compare = {
    text: collator.compare,
    number: (one, other) => (one === other ? 0 : one < other ? -1 : 1),
    status: (one, other) => one - other,
  };

  function sort(table, head, index) {
    const first = head.dataset.first || "ascending";
    const opposite = { ascending: "descending", descending: "ascending" };
    const current = head.getAttribute("aria-sort");
    const order = current ? opposite[current] : first;
    for (const each of table.tHead.querySelectorAll("[aria-sort]")) each.removeAttribute("aria-sort");
    head.setAttribute("aria-sort", order);
    const kind = head.dataset.sort, body = table.tBodies[0], sign = order === "ascending" ? 1 : -1;
    const rows = Array.from(body.children, (row) => [keys[kind](row.children[index]), row]);
    rows.sort((one, other) => sign * compare[kind](one[0], other[0]));
    body.replaceChildren(...rows.map(([, row]) => row));
  }

  for (const table of document.querySelectorAll("table[data-sortable]")) {
    Array.from(table.tHead.rows[0].cells).forEach((head, index) => {
      if (!head.dataset.sort) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => sort(table, head, index));
    });
  }

  // Filters. What is chosen stands in the address, so that a link can lead to it.
  function filtered(form) {
    const table = document.getElementById(form.dataset.filters), output = form.querySelector("output");
    const rows = Array.from(table.tBodies[0].rows, (row) => ({ row, words: null }));
    const searched = (each) => (each.words ??= each.row.textContent.toLocaleLowerCase());

    function apply() {
      const wish = Object.fromEntries(new FormData(form));
      const words = wish.words.toLocaleLowerCase().split(/\s+/).filter(Boolean);
      const column = wish.step ? Number(wish.step) + 2 : null;
      let shown = 0;
      for (const each of rows) {
        const row = each.row;
        const fits =
          (!wish.machine || row.dataset.machine === wish.machine) &&
          (!wish.section || row.dataset.section === wish.section) &&
          (!wish.status || hasStatus(row, column, wish.status)) &&
          words.every((word) => searched(each).includes(word));
        if (row.hidden === fits) row.hidden = !fits;
        shown += fits;
      }
      table.classList.toggle("large", shown > LARGE);
      mark(table, column);
      output.textContent = output.dataset.shown.replace("{shown}", shown).replace("{all}", rows.length);
    }

    function remember() {
      const wish = new URLSearchParams();
      for (const [key, value] of new FormData(form)) if (value) wish.set(key, value);
      history.replaceState(null, "", wish.size ? `#${wish}` : location.pathname.split("/").pop() || "#");
    }

    function recall() {
      const wish = new URLSearchParams(location.hash.slice(1));
      const known = Array.from(form.elements).filter((each) => each.name && wish.has(each.name));
      if (!known.length) return;
      form.reset();
      for (const each of known) each.value = wish.get(each.name);
      apply();
      form.scrollIntoView({ block: "start" });
    }

    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", () => { apply(); remember(); });
    form.addEventListener("reset", () => setTimeout(() => { apply(); remember(); }));
    addEventListener("hashchange", recall);
    form.hidden = false;
    apply();
    recall();
  }

  function hasStatus(row, column, status) {
    if (column !== null) return row.cells[column].className === status;
    return Array.prototype.some.call(row.cells, (cell) => cell.className === status);
  }

  function mark(table, column) {
    for (const each of table.tHead.querySelectorAll(".chosen")) each.classList.remove("chosen");
    if (column !== null) for (const row of table.tHead.rows) row.cells[column].classList.add("chosen");
  }

  for (const form of document.querySelectorAll("form[data-filters]")) filtered(form);

  // From a cell of the matrix to that step on the student's page; the keyboard has the student's name.
  const matrix = document.getElementById("matrix");
  matrix?.tBodies[0].addEventListener("click", (event) => {
    const cell = event.target.closest("td"), row = cell?.parentElement;
    if (cell && STATUSES.includes(cell.className)) {
      location.href = `${row.querySelector("a").getAttribute("href")}#s${cell.cellIndex - 2}`;
    }
  });

  // A link to a step opens it.
  function open() {
    const step = document.getElementById(location.hash.slice(1));
    if (step instanceof HTMLDetailsElement) step.open = true;
  }
  addEventListener("hashchange", open);
  open();
})();
