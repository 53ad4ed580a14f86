/** Nothing from elsewhere is loaded, and no script runs but the dashboard's own, whatever a widget returns. */
export const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "connect-src 'self'",
  "style-src 'unsafe-inline'",
  "img-src data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const COLOURS = {
  light: {
    page: "#f2f3f3",
    panel: "#ffffff",
    text: "#16191f",
    line: "#aab7b8",
    link: "#0073bb",
    faint: "#545b64",
  },
  dark: {
    page: "#0f141a",
    panel: "#161d26",
    text: "#d5dbdb",
    line: "#545b64",
    link: "#44b9d6",
    faint: "#b6bec9",
  },
} as const;

const variables = (colours: object) =>
  Object.entries(colours)
    .map(([name, colour]) => `--cw-${name}: ${colour};`)
    .join(" ");

/** "The following elements are styled by default: table, select, headers (h1, h2, and h3), preformatted text (pre), input, and text area." The class `btn` "turns an anchor into a button". One element with the class `cwdb-no-default-styles` turns all of this off. Source: add_custom_widget_dashboard_about.html. The colours and sizes are approximate. */
const OF_WIDGET = ":is(.widget, dialog > div):not(:has(.cwdb-no-default-styles))";

const STYLE = `
body { ${variables(COLOURS.light)} margin: 0; background: var(--cw-page); color: var(--cw-text); font: 14px/1.4 "Amazon Ember", "Helvetica Neue", Roboto, Arial, sans-serif; }
body.cwdb-theme-dark { ${variables(COLOURS.dark)} color-scheme: dark; }
header { display: flex; gap: 12px; align-items: center; padding: 8px 16px; background: #232f3e; color: #ffffff; }
header strong { flex: 1; }
main { padding: 12px; }
section, dialog { background: var(--cw-panel); color: var(--cw-text); border: 1px solid var(--cw-line); border-radius: 4px; padding: 8px; }
section > h1 { font-size: 16px; margin: 0 0 8px; }
section > .widget { overflow: auto; }
dialog { max-width: min(60rem, 90vw); max-height: 85vh; overflow: auto; }
dialog::backdrop { background: #000000a0; }
button { font: inherit; }
:is(dialog, section > .widget) > button { margin-right: 8px; }
[aria-busy="true"] { opacity: 0.6; cursor: progress; }
:focus-visible { outline: 2px solid var(--cw-link); outline-offset: 2px; }
${OF_WIDGET} {
  & table { border-collapse: collapse; width: 100%; }
  & :is(th, td) { text-align: left; padding: 4px 8px; border-bottom: 1px solid var(--cw-line); }
  & h1 { font-size: 22px; } & h2 { font-size: 18px; } & h3 { font-size: 16px; }
  & pre { overflow-x: auto; font-family: Monaco, Menlo, Consolas, monospace; font-size: 12px; }
  & :is(input, select, textarea) { font: inherit; padding: 3px 6px; border: 1px solid var(--cw-line); border-radius: 2px; background: var(--cw-panel); color: var(--cw-text); }
  & a { color: var(--cw-link); }
  & .btn { display: inline-block; padding: 3px 12px; border: 1px solid var(--cw-faint); border-radius: 2px; background: transparent; color: var(--cw-faint); font-weight: 700; text-decoration: none; cursor: pointer; }
  & .btn.btn-primary { border-color: #c45500; background: #c45500; color: #ffffff; }
}
`;

/** The page around the widgets. `dashboard.js` fills it. */
export const PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Dashboard</title>
<style>${STYLE}</style>
<script type="module" src="/dashboard.js"></script>
</head>
<body>
<header>
<strong>CloudWatch dashboard, emulated</strong>
<label>Theme <select id="theme"><option value="light">Light</option><option value="dark">Dark</option></select></label>
<button type="button" id="refresh">Refresh</button>
</header>
<main></main>
</body>
</html>
`;
