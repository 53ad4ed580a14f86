/*
 * Sorting and filters for a page of `status --html`. The page can be read without them: it has no controls of its own, and
 * all rows are in it.
 */

const table = document.querySelector("table");
const head = table?.tHead?.rows[0];
const groups = [...(table?.tBodies ?? [])].map((body) => {
  const [heading, ...rows] = [...body.rows];
  return { body, heading, rows };
});
const rows = groups.flatMap((group) => group.rows);

if (table && head) {
  for (const cell of head.cells) addSorting(table, cell);
  if (rows.length > 1) addFilters(table);
}

/** The whole text of a cell is in its title; what is shown may be shorter, or a span of time. Dates begin with the year. */
function textOf(cell: HTMLTableCellElement | undefined): string {
  return cell?.querySelector<HTMLElement>("[title]")?.title ?? cell?.textContent ?? "";
}

/** Pressed once, the table is sorted; twice, in the other direction; three times, it has its groups again. */
function addSorting(table: HTMLTableElement, cell: HTMLTableCellElement): void {
  const button = document.createElement("button");
  button.type = "button";
  button.append(...cell.childNodes);
  button.title = "Sort by this column";
  button.addEventListener("click", () => {
    const before = cell.ariaSort;
    for (const other of cell.parentElement?.children ?? []) other.ariaSort = null;
    if (before === "descending") showGroups(table);
    else {
      cell.ariaSort = before === "ascending" ? "descending" : "ascending";
      showSorted(table, cell.cellIndex, cell.ariaSort === "ascending" ? 1 : -1);
    }
  });
  cell.append(button);
}

function showGroups(table: HTMLTableElement): void {
  for (const { body, heading, rows } of groups) {
    body.replaceChildren(...(heading ? [heading] : []), ...rows);
    table.append(body);
  }
}

function showSorted(table: HTMLTableElement, column: number, direction: 1 | -1): void {
  const [first, ...others] = groups.map(({ body }) => body);
  const { compare } = new Intl.Collator("en", { numeric: true });
  const keys = new Map(rows.map((row) => [row, textOf(row.cells[column])]));
  const keyOf = (row: HTMLTableRowElement) => keys.get(row) ?? "";
  first?.replaceChildren(...rows.toSorted((one, other) => direction * compare(keyOf(one), keyOf(other))));
  for (const body of others) body.remove();
  if (first) table.append(first);
}

function addFilters(table: HTMLTableElement): void {
  const texts = new Map(
    rows.map((row) => [
      row,
      [...row.cells]
        .map((cell) => `${textOf(cell)}\n${cell.textContent}`)
        .join("\n")
        .toLowerCase(),
    ]),
  );
  const search = document.createElement("input");
  search.type = "search";
  const kinds = document.createElement("select");
  kinds.append(
    new Option("All", ""),
    ...groups.map(({ heading }, index) => new Option(heading?.textContent.trim(), `${index}`)),
  );
  const count = document.createElement("span");
  count.role = "status";
  const apply = () => {
    const sought = search.value.toLowerCase().split(/\s+/);
    for (const [index, group] of groups.entries()) {
      const isMeant = kinds.value === "" || kinds.value === `${index}`;
      for (const row of group.rows) {
        const text = texts.get(row) ?? "";
        row.hidden = !isMeant || !sought.every((word) => text.includes(word));
      }
      if (group.heading) group.heading.hidden = group.rows.every((row) => row.hidden);
    }
    count.textContent = `${rows.filter((row) => !row.hidden).length} of ${rows.length} tokens`;
  };
  search.addEventListener("input", apply);
  kinds.addEventListener("change", apply);
  const filters = document.createElement("div");
  filters.className = "filters";
  filters.append(labelled("Find", search), labelled("Show", kinds), count);
  table.before(filters);
  apply();
}

function labelled(text: string, field: HTMLElement): HTMLLabelElement {
  const label = document.createElement("label");
  label.append(`${text} `, field);
  return label;
}
