import type { CustomWidget, FunctionCall, Returned } from "../widget-call.ts";
import { bindActions, type WidgetAction } from "./actions.ts";
import { shownAnswer } from "./answer.ts";
import { type DashboardState, widgetContextOf } from "./context.ts";
import { asked, popup } from "./dialogs.ts";

/** Calls the widget's function, and shows its answer in the element. */
export async function showWidget(
  widget: CustomWidget,
  place: HTMLElement,
  state: DashboardState,
): Promise<void> {
  place.setAttribute("aria-busy", "true");
  const widgetContext = widgetContextOf(widget, place, state);
  const returned = await invoked({ endpoint: widget.endpoint, event: { ...widget.params, widgetContext } });
  fill(place, shownAnswer(returned), widget, place, state);
}

/** `shownIn` is the widget itself, or a popup of it. Fields of forms are those of the widget. */
function fill(
  shownIn: HTMLElement,
  content: DocumentFragment,
  widget: CustomWidget,
  place: HTMLElement,
  state: DashboardState,
  leave: () => void = () => {},
): void {
  shownIn.replaceChildren(content);
  shownIn.removeAttribute("aria-busy");
  bindActions(shownIn, async ({ confirmation, display, does }, trigger) => {
    if (trigger.getAttribute("aria-busy") === "true") return;
    if (confirmation !== undefined && !(await asked(confirmation, "Confirm", "Cancel"))) return;
    trigger.setAttribute("aria-busy", "true");
    const isPopup = display === "popup";
    const opened = isPopup ? popup(trigger.textContent.trim()) : { place, close: () => {} };
    opened.place.setAttribute("aria-busy", "true");
    if (isPopup) opened.place.textContent = "Loading…";
    const shown = await contentOf(does, widget, place, state);
    trigger.removeAttribute("aria-busy");
    if (!isPopup) leave();
    fill(opened.place, shown, widget, place, state, isPopup ? opened.close : () => {});
  });
}

async function contentOf(
  does: WidgetAction["does"],
  widget: CustomWidget,
  place: HTMLElement,
  state: DashboardState,
): Promise<DocumentFragment> {
  if ("html" in does) return does.html.cloneNode(true) as DocumentFragment;
  const widgetContext = widgetContextOf(widget, place, state);
  return shownAnswer(await invoked({ endpoint: does.call, event: { ...does.payload, widgetContext } }));
}

async function invoked(call: FunctionCall): Promise<Returned> {
  try {
    const answer = await fetch("/invoke", {
      method: "POST",
      headers: { "content-type": "application/json" },
      body: JSON.stringify(call),
    });
    return (await answer.json()) as Returned;
  } catch {
    return { error: "The dashboard can't be reached. Has the demo ended?" };
  }
}
