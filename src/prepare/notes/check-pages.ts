// How does the catalogue of note checks read as a part of the documentation?
import { percent } from './check.ts';
import { catalogue } from './checks.ts';
import { families, familyNames } from './model.ts';

/** `docs/note-checks.md`, generated from the declarations and compared by a test. */
export function checkPages(): string {
  const parts = familyNames.flatMap((family) => [
    `## ${families[family]}`,
    ...catalogue.filter((check) => check.family === family).map((check) => [
      `### ${check.id} ${check.name}`,
      `*${check.asks}*`,
      `- **Formula.** ${check.formula}`,
      `- **Default.** ${check.threshold ? `${check.threshold.bound === 'at-least' ? 'At least' : 'At most'} ${check.id === 'U07' ? `${check.threshold.value} encounters` : percent(check.threshold.value)}; \`data.thresholds.${check.id}\` of the charter changes it.` : 'None: it is only reported.'}`,
      `- **Limits.** ${check.limits}`,
      `- **Source.** ${check.source}`,
    ].join('\n\n')),
  ]);
  return `# The checks of a notes audit\n\nGenerated from the declarations in \`src/prepare/notes/checks/\` (\`npm run generate\`); edit them there. How text becomes copied, templated, imported or authored stands in [notes.md](notes.md).\n\n${parts.join('\n\n')}\n`;
}
