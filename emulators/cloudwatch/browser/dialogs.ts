/* Modal dialogs. The browser keeps the focus inside, closes them at Escape, and gives the focus back to the element that had it. */

/** Shows the message and two buttons. True if the person presses the first. */
export function asked(message: string, yes: string, no: string): Promise<boolean> {
  const text = document.createElement("p");
  text.textContent = message;
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const dialog = opened([
    text,
    buttonFor(yes, () => dialog.close("yes")),
    buttonFor(no, () => dialog.close()),
  ]);
  dialog.addEventListener("close", () => resolve(dialog.returnValue === "yes"));
  return promise;
}

/** An empty popup, and the element for its content. */
export function popup(title: string): { readonly place: HTMLElement; close(): void } {
  const place = document.createElement("div");
  const dialog = opened([buttonFor("Close", () => dialog.close()), place]);
  dialog.setAttribute("aria-label", title);
  return { place, close: () => dialog.close() };
}

function opened(content: readonly HTMLElement[]): HTMLDialogElement {
  const dialog = document.createElement("dialog");
  dialog.append(...content);
  dialog.addEventListener("close", () => dialog.remove());
  document.querySelector("main")?.append(dialog);
  dialog.showModal();
  return dialog;
}

export function buttonFor(label: string, press: () => void): HTMLButtonElement {
  const element = document.createElement("button");
  element.type = "button";
  element.textContent = label;
  element.addEventListener("click", press);
  return element;
}
