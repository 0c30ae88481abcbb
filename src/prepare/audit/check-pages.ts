// How does the check catalogue read as a page of the documentation?
import { catalogue } from './checks.ts';
import { percent } from './judging.ts';
import { families, familyNames } from './model.ts';

/** `docs/checks.md`, generated from the declarations and compared by a test. */
export function checkPages(): string {
  const parts = familyNames.flatMap((family) => {
    const mine = catalogue.filter((check) => check.family === family);
    if (mine.length === 0) return [];
    const heading = `## ${family[0]!.toUpperCase()}${family.slice(1)}: ${families[family].charAt(0).toLowerCase()}${families[family].slice(1)}`;
    return [heading, ...mine.map((check) => [
      `### ${check.id} ${check.name}`,
      `*${check.asks}* One finding is about ${{ element: 'an element of the charter', resource: 'a resource type', file: 'the files', export: 'the whole export' }[check.about]}.`,
      `- **Formula.** ${check.formula}`,
      `- **Default.** ${check.threshold ? `${check.threshold.bound === 'at-least' ? 'At least' : 'At most'} ${percent(check.threshold.value)}; \`data.thresholds.${check.id}\` of the charter changes it.` : 'None.'}`,
      `- **Limits.** ${check.limits}`,
      `- **Source.** ${check.source}`,
    ].join('\n\n'))];
  });
  return `# The checks of a data audit\n\nGenerated from the declarations in \`src/prepare/audit/checks/\` (\`npm run generate\`); edit them there. Words and families follow Kahn et al. 2016; how a number becomes a verdict stands in [audit.md](audit.md).\n\n${parts.join('\n\n')}\n`;
}
