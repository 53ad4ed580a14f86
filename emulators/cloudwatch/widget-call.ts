/** A custom widget of the dashboard, as in the body of a dashboard (`"type": "custom"`). */
export interface CustomWidget {
  readonly title: string;
  /** The ARN of the function whose answer is shown. */
  readonly endpoint: string;
  readonly params: Readonly<Record<string, unknown>>;
}

export type DashboardTheme = "light" | "dark";

/** What the browser must know to show the dashboard. */
export interface DashboardView {
  readonly name: string;
  readonly accountId: string;
  readonly widgets: readonly CustomWidget[];
}

/** The body of `POST /invoke`. */
export interface FunctionCall {
  readonly endpoint: string;
  readonly event: Readonly<Record<string, unknown>>;
}

/** What the function returned, or the message of the error that it ended with. */
export type Returned = { readonly value: unknown } | { readonly error: string };
