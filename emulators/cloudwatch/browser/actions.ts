/*
 * `<cwdb-action>` "defines a behavior on the immediately previous element". Its attributes and their defaults are from
 * docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/add_custom_widget_dashboard_interactivity.html
 */

export interface WidgetAction {
  /** Asked before the action. */
  readonly confirmation: string | undefined;
  readonly display: "popup" | "widget";
  readonly does: { readonly call: string; readonly payload: object } | { readonly html: DocumentFragment };
}

const EVENTS = new Set(["click", "dblclick", "mouseenter"]);

/** Takes each `cwdb-action` out of the widget, and lets the element before it start the action. */
export function bindActions(
  place: ParentNode,
  start: (action: WidgetAction, trigger: Element) => Promise<void>,
): void {
  for (const element of place.querySelectorAll("cwdb-action")) {
    const trigger = element.previousElementSibling;
    const event = element.getAttribute("event") ?? "click";
    const action = actionOf(element);
    element.remove();
    if (trigger === null || action === undefined || !EVENTS.has(event)) continue;
    // "The mouseenter event can be used only in combination with the html action."
    if (event === "mouseenter" && "call" in action.does) continue;
    trigger.addEventListener(event, (happened) => {
      happened.preventDefault();
      void start(action, trigger);
    });
  }
}

/** Undefined if its call has no endpoint, or no JSON object as its content. */
function actionOf(element: Element): WidgetAction | undefined {
  const does = element.getAttribute("action") === "call" ? callOf(element) : { html: contentOf(element) };
  if (does === undefined) return undefined;
  return {
    confirmation: element.getAttribute("confirmation") ?? undefined,
    display: element.getAttribute("display") === "popup" ? "popup" : "widget",
    does,
  };
}

function callOf(element: Element): { readonly call: string; readonly payload: object } | undefined {
  const call = element.getAttribute("endpoint");
  try {
    const payload: unknown = JSON.parse(element.textContent.trim() || "{}");
    const isObject = typeof payload === "object" && payload !== null && !Array.isArray(payload);
    return call === null || !isObject ? undefined : { call, payload };
  } catch {
    return undefined;
  }
}

function contentOf(element: Element): DocumentFragment {
  const content = document.createDocumentFragment();
  content.append(...[...element.childNodes].map((node) => node.cloneNode(true)));
  return content;
}
