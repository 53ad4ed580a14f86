/** One element of a page, as a browser reads it. */
export interface Element {
  readonly name: string;
  readonly attributes: Readonly<Record<string, string>>;
  /** All text in it, and in the elements in it. */
  text: string;
}

const ENTITIES: Readonly<Record<string, string>> = {
  "&amp;": "&",
  "&lt;": "<",
  "&gt;": ">",
  "&quot;": '"',
  "&#39;": "'",
  "&#96;": "`",
};
const VOID: ReadonlySet<string> = new Set(["input", "br"]);

export function decoded(text: string): string {
  return text.replace(/&[^;]*;/g, (entity) => {
    const character = ENTITIES[entity];
    if (character === undefined) throw new Error(`unknown entity ${entity}`);
    return character;
  });
}

/** The elements of a page in their order. @throws Error if a tag isn't closed, or anything isn't as strict as it could be */
export function elementsOf(page: string): readonly Element[] {
  const elements: Element[] = [];
  const open: Element[] = [];
  const say = (text: string) => {
    for (const element of open) element.text += text;
  };
  const tag = /<(\/?)([a-z][a-z\d-]*)((?:\s+[a-zA-Z][\w-]*(?:="[^"<>]*")?)*)\s*>/y;
  for (let at = 0; at < page.length; ) {
    const next = page.indexOf("<", at);
    const end = next < 0 ? page.length : next;
    const text = page.slice(at, end);
    say(open.at(-1)?.name === "style" ? text : decoded(text));
    at = end;
    if (next < 0) break;
    tag.lastIndex = next;
    const found = tag.exec(page);
    if (found === null) throw new Error(`not a tag: ${page.slice(next, next + 60)}`);
    const [whole, isEnd, name = "", written = ""] = found;
    at += whole.length;
    if (isEnd) {
      const last = open.pop();
      if (last?.name !== name) throw new Error(`</${name}> closes <${last?.name}>`);
      continue;
    }
    const attributes = Object.fromEntries(
      [...written.matchAll(/([a-zA-Z][\w-]*)(?:="([^"]*)")?/g)].map(([, key = "", value = ""]) => [
        key,
        decoded(value),
      ]),
    );
    const element: Element = { name, attributes, text: "" };
    elements.push(element);
    if (!VOID.has(name)) open.push(element);
  }
  if (open.length > 0) throw new Error(`<${open.at(-1)?.name}> isn't closed`);
  return elements;
}

/** What a page consists of, without its words: the elements, and the names of their attributes. */
export function skeletonOf(page: string): readonly string[] {
  return elementsOf(page).map(({ name, attributes }) => [name, ...Object.keys(attributes)].join(" "));
}

/** Each button, and the call that it makes. */
export function callsOf(page: string): readonly {
  readonly label: string;
  readonly endpoint: string | undefined;
  readonly confirmation: string | undefined;
  readonly event: Readonly<Record<string, unknown>>;
}[] {
  const elements = elementsOf(page);
  return elements.flatMap(({ name, attributes, text }, index) =>
    name === "cwdb-action"
      ? [
          {
            label: elements[index - 1]?.text ?? "",
            endpoint: attributes.endpoint,
            confirmation: attributes.confirmation,
            event: JSON.parse(text) as Record<string, unknown>,
          },
        ]
      : [],
  );
}
