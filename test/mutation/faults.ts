import { parseAst } from "vitest/node";

/** One small change of a file, like a typing mistake. */
export interface Fault {
  readonly start: number;
  readonly end: number;
  readonly replacement: string;
}

/** The properties of an ESTree node that are used here. */
interface Node {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

const OPERATORS = new Map(
  Object.entries({ "<": "<=", "<=": "<", ">": ">=", ">=": ">", "===": "!==", "!==": "===" }).concat(
    Object.entries({ "+": "-", "-": "+", "*": "/", "/": "*", "&&": "||", "||": "&&", "??": "&&" }),
  ),
);
const WORD = /^[a-z]+(-[a-z]+)*$/;
/** Types and names of modules have no effect at run time. */
const WITHOUT_EFFECT = /^(TS(?!AsExpression|SatisfiesExpression)|Import|ExportAll)/;

/** Every fault that can be planted into a file, in the order of the text. */
export function faultsOf(source: string): readonly Fault[] {
  const words = [...new Set(source.match(/(?<=")[a-z]+(-[a-z]+)*(?=")/g))];
  const text = ({ start, end }: Node) => source.slice(start, end);
  const negated = (test: Node) => ({ ...test, replacement: `!(${text(test)})` });

  function* faultsAt(node: Node): Iterable<Fault> {
    const { type, start, end, value } = node;
    const { left, right, test, argument } = node as Readonly<Record<string, unknown>> & Record<string, Node>;
    if (/^(Binary|Logical)Expression$/.test(type) && left && right) {
      const between = source.slice(left.end, right.start);
      const other = OPERATORS.get(String(node.operator));
      const joinsTexts = /^["'`]/.test(text(left)) || /^["'`]/.test(text(right));
      if (other !== undefined && !joinsTexts)
        yield {
          start: left.end,
          end: right.start,
          replacement: between.replace(String(node.operator), other),
        };
    }
    if (/^(IfStatement|ConditionalExpression)$/.test(type) && test) yield negated(test);
    if (type === "IfStatement" && node.alternate === null && test) yield { ...test, replacement: "false" };
    if (type === "UnaryExpression" && node.operator === "!" && argument)
      yield { start, end, replacement: text(argument) };
    if (type === "ExpressionStatement" && node.directive === undefined)
      yield { start, end, replacement: ";" };
    if (type === "Literal" && typeof value === "number")
      yield { start, end, replacement: value === 0 ? "1" : `${value * 2}` };
    if (type === "Literal" && typeof value === "boolean") yield { start, end, replacement: `${!value}` };
    if (type === "Literal" && typeof value === "string" && WORD.test(value) && words.length > 1)
      yield { start, end, replacement: JSON.stringify(words[(words.indexOf(value) + 1) % words.length]) };
    if (type === "ArrayExpression" || type === "ObjectExpression") {
      const parts = (node.elements ?? node.properties) as readonly Node[];
      for (const [index, part] of parts.entries()) {
        const comma = /^\s*,/.exec(source.slice(part.end))?.[0].length ?? 0;
        yield { start: part.start, end: parts[index + 1]?.start ?? part.end + comma, replacement: "" };
      }
    }
  }

  function* faultsWithin(node: Node): Iterable<Fault> {
    if (WITHOUT_EFFECT.test(node.type)) return;
    yield* faultsAt(node);
    for (const [key, value] of Object.entries(node))
      if (key !== "key") for (const child of [value].flat()) if (isNode(child)) yield* faultsWithin(child);
  }
  return [...faultsWithin(parseAst(source, { lang: "ts" }) as unknown as Node)];
}

function isNode(value: unknown): value is Node {
  return typeof value === "object" && value !== null && "type" in value && "start" in value;
}
