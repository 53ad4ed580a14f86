/** What CloudWatch shows to a person who adds the widget to a dashboard, in Markdown. */
export const DOCUMENTATION = `## Losant API tokens

Shows every API token of your Losant applications: which need a person, when each expires, and what the next run of the worker does
with it and why. The function only reads. It can't change a token or a secret, and it can't read the value of a managed secret.

The buttons *Dry run*, *Rotate now* and *Leaked* call the function of the worker with your own permissions. Whoever may not invoke the
worker can't use them.

### Parameters

| parameter | shows |
| --- | --- |
| \`application\` | only the application with this id |
| \`token\` | only tokens with this id or name, or a pattern (\`*\` and \`?\`) |
| \`within\` | only tokens that expire or become due within this time, such as \`30d\` |
| \`show\` | \`due\`: only what needs a person or is due. \`drift\`: only where Losant and Secrets Manager disagree |

### Example

\`\`\` yaml
application: 575ec8687ae143cd83dc4a97
show: due
\`\`\`
`;
