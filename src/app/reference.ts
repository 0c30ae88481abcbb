// What does the documentation say of every endpoint, setting and command, without anybody writing it twice?
import type { Command } from 'commander';
import { everyone, roles, staff, type Endpoint } from '../tools/base/endpoint.ts';
import type { Capability } from '../tools/server/capability.ts';
import { settingNames, settingSays } from '../tools/server/config.ts';

const cell = (text: string) => text.replaceAll('|', '\\|').replaceAll('\n', ' ');
const row = (...cells: string[]) => `| ${cells.map(cell).join(' | ')} |`;
const generated = '\n_Made from the code by `npm run generate`._\n';

export function table(head: string[], rows: string[][]): string {
  return [row(...head), row(...head.map(() => '---')), ...rows.map((cells) => row(...cells))].join('\n');
}

function whoSays(who: Endpoint['who']): string {
  if (who === 'public') return 'nobody need be signed in';
  if (who.length === everyone.length) return 'everyone';
  if (who.length === staff.length && !who.includes('vendor')) return 'everyone but vendors';
  return who.join(', ');
}

/** `docs/reference/endpoints.md`. */
export function endpointsPage(capabilities: readonly Capability[]): string {
  const parts = capabilities
    .filter((room) => room.routes?.length)
    .map((room) => {
      const rows = (room.routes ?? []).map(({ endpoint: e }) => [`\`${e.method} ${e.path}\``, e.says, whoSays(e.who), `\`${e.name}\``]);
      return `## ${room.name}\n\n${room.says}\n\n${table(['endpoint', 'what it does', 'who', 'name'], rows)}\n`;
    });
  const roleRows = Object.entries(roles).map(([name, says]) => [`\`${name}\``, says]);
  return `# Endpoints\n${generated}\nThe machine-readable description is \`openapi.json\` (OpenAPI 3.1), also served at \`/api/v1/openapi.json\`. Errors are RFC 9457 problem details with \`next\` (what to do) and \`errors\` (where). Every \`POST\` that records takes an \`Idempotency-Key\`.\n\n## Roles\n\n${table(['role', 'who that is'], roleRows)}\n\n${parts.join('\n')}`;
}

/** `docs/reference/settings.md`. */
export function settingsPage(): string {
  return `# Settings\n${generated}\nAll settings are environment variables. \`attending doctor\` shows what is in force.\n\n${table(['setting', 'meaning'], settingNames.map((name) => [`\`${name}\``, settingSays(name)]))}\n`;
}

/** `docs/reference/commands.md`: every command with its arguments and options, as `--help` shows them. */
export function commandsPage(program: Command): string {
  const part = (command: Command, path: string): string[] => {
    const own = `${path} ${command.name()}`.trim();
    const children = command.commands.filter((child) => child.name() !== 'help');
    const help = `## \`${own}\`\n\n\`\`\`\n${command.createHelp().formatHelp(command, Object.assign(command.createHelp(), { helpWidth: 100 })).trimEnd()}\n\`\`\`\n`;
    return [help, ...children.flatMap((child) => part(child, own))];
  };
  return `# Commands\n${generated}\n${part(program, '').join('\n')}`;
}
