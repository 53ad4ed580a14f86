import type { CustomWidget, DashboardTheme, DashboardView } from "../widget-call.ts";
import { buttonFor } from "./dialogs.ts";
import { showWidget } from "./widget.ts";

/*
 * "Custom Widgets won't run by default in a dashboard. Instead, you must explicitly allow a custom widget to run if you
 * trust the Lambda function that it invokes. You can choose to allow it once or allow always."
 * Source: add_custom_widget_dashboard_security.html, see answer.ts.
 */
const ALLOWED = "always-allowed";

const view = (await (await fetch("/dashboard.json")).json()) as DashboardView;
const main = document.querySelector("main");
const themes = document.querySelector<HTMLSelectElement>("#theme");
if (themes !== null) themes.value = new URLSearchParams(location.search).get("theme") ?? preferred();
document.title = view.name;

const shown = new Map<CustomWidget, HTMLElement>();
for (const widget of view.widgets) main?.append(panelOf(widget));
themes?.addEventListener("change", () => void refresh());
document.querySelector("#refresh")?.addEventListener("click", () => void refresh());
document.addEventListener("submit", (submitted) => submitted.preventDefault());
paint();
if (localStorage.getItem(ALLOWED) === view.name) await refresh();

function preferred(): DashboardTheme {
  return matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
}

function theme(): DashboardTheme {
  return themes?.value === "dark" ? "dark" : "light";
}

/** AWS's own samples select on this class of an element around the widget. */
function paint(): void {
  document.body.classList.toggle("cwdb-theme-dark", theme() === "dark");
}

async function refresh(): Promise<void> {
  paint();
  const isAllowed = localStorage.getItem(ALLOWED) === view.name;
  const running = [...shown].filter(([, place]) => isAllowed || place.dataset.allowed !== undefined);
  await Promise.all(running.map(([widget, place]) => showWidget(widget, place, { view, theme: theme() })));
}

function panelOf(widget: CustomWidget): HTMLElement {
  const panel = document.createElement("section");
  const title = document.createElement("h1");
  title.textContent = widget.title;
  const place = document.createElement("div");
  place.className = "widget";
  shown.set(widget, place);
  const allow = () => {
    place.dataset.allowed = "";
    void refresh();
  };
  const always = () => {
    localStorage.setItem(ALLOWED, view.name);
    void refresh();
  };
  const question = document.createElement("p");
  question.textContent = `This widget runs the function ${widget.endpoint}, with your rights. Do you trust it?`;
  place.append(question, buttonFor("Allow once", allow), buttonFor("Allow always", always));
  panel.append(title, place);
  return panel;
}
