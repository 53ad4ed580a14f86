import createPurifier from "dompurify";
import { marked } from "marked";
import type { Returned } from "../widget-call.ts";

/*
 * What a dashboard shows of a function's answer. A text is HTML, an object with the only key "markdown" is Markdown, and
 * anything else is shown as JSON. Source: add_custom_widget_dashboard_about.html, see context.ts.
 *
 * "If the returned HTML contains any JavaScript code or other known security vulnerabilities, it is cleaned from the HTML
 * before it is rendered on the dashboard. For example, the <iframe> and <use> tags are not allowed and are removed."
 * Source: docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard_security.html
 */

const ACTION = "cwdb-action";
const ACTION_ATTRIBUTES = ["action", "confirmation", "display", "endpoint", "event"];

const purifier = createPurifier(window);
/** AWS says nothing about images from elsewhere. Here they are removed, so that a page needs nothing but its own text. */
purifier.addHook("uponSanitizeAttribute", (element, attribute) => {
  const isLoaded = /^(src|srcset|poster|background|data)$/.test(attribute.attrName);
  const isDrawn = /href$/.test(attribute.attrName) && element.localName !== "a";
  if ((isLoaded || isDrawn) && !/^(#|data:image\/)/.test(attribute.attrValue)) attribute.keepAttr = false;
});

/** The answer as nodes that can be added to the page. */
export function shownAnswer(returned: Returned): DocumentFragment {
  if ("error" in returned) return preformatted(returned.error);
  const { value } = returned;
  if (typeof value === "string") return clean(value, [ACTION]);
  const markdown = markdownIn(value);
  if (markdown !== undefined) return clean(marked.parse(markdown, { async: false }), []);
  return preformatted(JSON.stringify(value, undefined, 2) ?? "null");
}

function markdownIn(value: unknown): string | undefined {
  if (typeof value !== "object" || value === null || !("markdown" in value)) return undefined;
  return typeof value.markdown === "string" ? value.markdown : undefined;
}

function clean(html: string, tags: readonly string[]): DocumentFragment {
  return purifier.sanitize(html, {
    ADD_TAGS: [...tags],
    ADD_ATTR: tags.length > 0 ? [...ACTION_ATTRIBUTES, "target"] : ["target"],
    // These are no addresses of pages. The `action` of a form is one.
    ADD_URI_SAFE_ATTR: ACTION_ATTRIBUTES.filter((name) => name !== "action"),
    // Otherwise a style at the beginning is part of the head, and lost.
    FORCE_BODY: true,
    RETURN_DOM_FRAGMENT: true,
  });
}

function preformatted(text: string): DocumentFragment {
  const fragment = document.createDocumentFragment();
  const block = document.createElement("pre");
  block.textContent = text;
  fragment.append(block);
  return fragment;
}
