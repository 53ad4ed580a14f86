/** A line of the worker's log, as CloudWatch Logs has it. */
export type LogRecord = Readonly<Record<string, unknown>>;

/** What a query shows. Without `fields` or `stats`, it has no columns. */
export interface Table {
  readonly columns: readonly string[];
  readonly records: readonly LogRecord[];
}

/**
 * The table that CloudWatch Logs Insights shows for a query. Only the commands of the stack's dashboard and saved queries are known.
 * The log has its oldest line first.
 */
export function queried(query: string, log: readonly LogRecord[]): Table {
  const commands = query.split("|").map((part) => part.trim());
  return commands.reduce<Table>(after, { columns: [], records: log });
}

/** The text of a record in a column; nothing where the record has no such field. */
export function textIn(record: LogRecord, column: string): string {
  return String(valueIn(record, column) ?? "");
}

/** `shard.index` is the field `index` of the object in the field `shard`. */
function valueIn(record: LogRecord, field: string): unknown {
  return field.split(".").reduce<unknown>((value, key) => (value as LogRecord | undefined)?.[key], record);
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
      return grouped(rest, records);
    case "sort": {
      const sign = second === "desc" ? -1 : 1;
      return { columns, records: records.toSorted((one, other) => sign * compared(one, other, first)) };
    }
    case "limit":
      return { columns, records: records.slice(0, Number(first)) };
    default:
      throw new Error(`pictures/log-query.ts does not know the command ${JSON.stringify(command)}`);
  }
}

/** Numbers by their values, anything else as text. */
function compared(one: LogRecord, other: LogRecord, column: string): number {
  const [first, second] = [valueIn(one, column), valueIn(other, column)];
  if (typeof first === "number" && typeof second === "number") return first - second;
  return textIn(one, column) < textIn(other, column) ? -1 : 1;
}

/** Conditions with `and` between them: `ispresent(a)`, `not ispresent(a)`, `a = "b"` or `a in ["b", "c"]`. */
function conditionOf(text: string): (record: LogRecord) => boolean {
  const conditions = text.split(" and ").map((condition) => {
    const [, not, present] = /^(not )?ispresent\(([\w.]+)\)$/.exec(condition) ?? [];
    if (present !== undefined)
      return (record: LogRecord) => (valueIn(record, present) !== undefined) === (not === undefined);
    const [, key, , value] = /^(\w+) (=|in) (.*)$/.exec(condition) ?? [];
    if (key === undefined || value === undefined)
      throw new Error(`pictures/log-query.ts does not know the filter ${JSON.stringify(condition)}`);
    const values: readonly unknown[] = [JSON.parse(value)].flat();
    return (record: LogRecord) => values.includes(record[key]);
  });
  return (record) => conditions.every((holds) => holds(record));
}

const AGGREGATES: Readonly<Record<string, (records: readonly LogRecord[], field: string) => unknown>> = {
  latest: (records, field) => {
    const found = records.findLast((record) => valueIn(record, field) !== undefined);
    return found && valueIn(found, field);
  },
  count: (records) => records.length,
  count_distinct: (records, field) =>
    new Set(records.map((record) => valueIn(record, field)).filter((value) => value !== undefined)).size,
};

function aggregated(name: string, records: readonly LogRecord[], field: string): unknown {
  const aggregate = AGGREGATES[name];
  if (aggregate === undefined)
    throw new Error(`pictures/log-query.ts does not know the function ${JSON.stringify(name)}`);
  return aggregate(records, field);
}

/** `latest(a) as b, … by c, d`: one record for each c and d, with the latest a that there is. */
function grouped(text: string, records: readonly LogRecord[]): Table {
  const [aggregates = "", by = ""] = text.split(" by ");
  const keys = by.split(", ");
  const columns = [...aggregates.matchAll(/(\w+)\(([@\w.*]+)\) as (\w+)/g)];
  const groups = Map.groupBy(records, (record) => JSON.stringify(keys.map((key) => valueIn(record, key))));
  return {
    columns: [...keys, ...columns.map(([, , , as = ""]) => as)],
    records: [...groups.values()].map((group) =>
      Object.fromEntries([
        ...keys.map((key) => [key, group[0] && valueIn(group[0], key)]),
        ...columns.map(([, name = "", field = "", as = ""]) => [as, aggregated(name, group, field)]),
      ]),
    ),
  };
}
