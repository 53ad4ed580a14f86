/** A line of the worker's log, as CloudWatch Logs has it. */
export type LogRecord = Readonly<Record<string, unknown>>;

/** What a query shows. Without `fields` or `stats`, it has no columns. */
export interface Table {
  readonly columns: readonly string[];
  readonly records: readonly LogRecord[];
}

/**
 * The table that CloudWatch Logs Insights shows for a query. Only the commands of the stack's dashboard are known. The
 * log has its oldest line first.
 */
export function queried(query: string, log: readonly LogRecord[]): Table {
  const commands = query.split("|").map((part) => part.trim());
  return commands.reduce<Table>(after, { columns: [], records: log });
}

/** The text of a record in a column; nothing where the record has no such field. */
export function textIn(record: LogRecord, column: string): string {
  return String(record[column] ?? "");
}

function after({ columns, records }: Table, command: string): Table {
  const [name = "", first = "", second] = command.split(" ");
  const rest = command.slice(name.length + 1);
  switch (name) {
    case "SOURCE":
      return { columns, records };
    case "filter":
      return { columns, records: records.filter(conditionOf(rest)) };
    case "fields":
      return { columns: rest.split(", "), records };
    case "stats":
      return latestOf(rest, records);
    case "sort": {
      const sign = second === "desc" ? -1 : 1;
      const compare = (one: LogRecord, other: LogRecord) =>
        sign * (textIn(one, first) < textIn(other, first) ? -1 : 1);
      return { columns, records: records.toSorted(compare) };
    }
    case "limit":
      return { columns, records: records.slice(0, Number(first)) };
    default:
      throw new Error(`pictures/log-query.ts does not know the command ${JSON.stringify(command)}`);
  }
}

/** `ispresent(a)` or `a = "b"`. */
function conditionOf(text: string): (record: LogRecord) => boolean {
  const [, present] = /^ispresent\((\w+)\)$/.exec(text) ?? [];
  if (present !== undefined) return (record) => record[present] !== undefined;
  const [, key, value] = /^(\w+) = "(.*)"$/.exec(text) ?? [];
  if (key === undefined)
    throw new Error(`pictures/log-query.ts does not know the filter ${JSON.stringify(text)}`);
  return (record) => record[key] === value;
}

/** `latest(a) as b, … by c, d`: one record for each c and d, with the latest a that there is. */
function latestOf(text: string, records: readonly LogRecord[]): Table {
  const [aggregates = "", by = ""] = text.split(" by ");
  const keys = by.split(", ");
  const latest = [...aggregates.matchAll(/latest\(([@\w]+)\) as (\w+)/g)];
  const groups = Map.groupBy(records, (record) => JSON.stringify(keys.map((key) => record[key])));
  return {
    columns: [...keys, ...latest.map(([, , as = ""]) => as)],
    records: [...groups.values()].map((group) =>
      Object.fromEntries([
        ...keys.map((key) => [key, group[0]?.[key]]),
        ...latest.map(([, of = "", as = ""]) => [
          as,
          group.findLast((record) => record[of] !== undefined)?.[of],
        ]),
      ]),
    ),
  };
}
