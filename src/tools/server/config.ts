// How is this installation set up? The only place that reads the environment.
import { resolve } from 'node:path';
import { z } from 'zod';
import { Problem } from '../base/problem.ts';

/** One setting: the environment variable, its default and one sentence of documentation. */
const settings = {
  PORT: z.coerce.number().int().min(0).max(65_535).default(7420).describe('The port the product listens on; 0 takes any free one.'),
  HOST: z.string().default('127.0.0.1').describe('The address it listens on; 0.0.0.0 opens it to the network.'),
  ATTENDING_URL: z.url().optional().describe('The address people use, when a proxy stands in front.'),
  ATTENDING_DATA: z.string().default('.attending').describe('The data folder: embedded database, uploads, caches, keys.'),
  ATTENDING_DEMO: z.enum(['on', 'off']).default('on').describe('`off` starts empty, without the demo hospital.'),
  ATTENDING_EXPORTS: z.string().optional().describe('A folder of server-side exports that audits may read.'),
  ATTENDING_LOG: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info').describe('How much the log tells.'),
  ATTENDING_MAX_UPLOAD_MB: z.coerce.number().int().min(1).default(20_480).describe('The largest upload, in MB.'),
  ATTENDING_SEALING_KEYS: z.string().optional().describe('The file of the keys that seal payloads and identifiers, such as a mounted secret; `sealing.keys` in the data folder unless told.'),
  DATABASE_URL: z.string().optional().describe('PostgreSQL 15 or later for production; without it the embedded one runs.'),
  OIDC_ISSUER: z.url().optional().describe('OpenID Connect issuer; with the next two it turns single sign-on on.'),
  OIDC_CLIENT_ID: z.string().optional().describe('OpenID Connect client id.'),
  OIDC_CLIENT_SECRET: z.string().optional().describe('OpenID Connect client secret.'),
  OIDC_ROLES_CLAIM: z.string().default('roles').describe('The claim that carries role names.'),
  CHROMIUM_PATH: z.string().optional().describe('The Chromium that prints packs and runs the browser tests.'),
} as const;

export const settingNames = Object.keys(settings) as (keyof typeof settings)[];
export const settingSays = (name: keyof typeof settings): string => settings[name].description ?? '';

const environment = z.object(settings);

export interface Config {
  port: number;
  host: string;
  url: string | null;
  dataFolder: string;
  demo: boolean;
  exportsFolder: string | null;
  logLevel: string;
  maxUploadBytes: number;
  /** The file of the keys that seal payloads and identifiers. */
  sealingKeys: string;
  databaseUrl: string | null;
  oidc: { issuer: string; clientId: string; clientSecret: string; rolesClaim: string } | null;
  chromiumPath: string | null;
}

/** Reads and checks the settings; a wrong one is refused with its name and what it may be. */
export function readConfig(env: Record<string, string | undefined> = process.env): Config {
  const given = Object.fromEntries(settingNames.map((name) => [name, env[name] === '' ? undefined : env[name]]));
  const parsed = environment.safeParse(given);
  if (!parsed.success)
    throw new Problem(
      'bad-input',
      'A setting is wrong.',
      'Correct the environment variable and start again; `attending doctor` lists them all.',
      parsed.error.issues.map((issue) => ({ path: String(issue.path[0]), says: issue.message })),
    );
  const read = parsed.data;
  const { OIDC_ISSUER: issuer, OIDC_CLIENT_ID: clientId, OIDC_CLIENT_SECRET: clientSecret } = read;
  if (issuer && !(clientId && clientSecret))
    throw new Problem('bad-input', 'OIDC_ISSUER is set, but OIDC_CLIENT_ID or OIDC_CLIENT_SECRET is not.', 'Set all three or none.');
  return {
    port: read.PORT,
    host: read.HOST,
    url: read.ATTENDING_URL ?? null,
    dataFolder: resolve(read.ATTENDING_DATA),
    demo: read.ATTENDING_DEMO === 'on',
    exportsFolder: read.ATTENDING_EXPORTS ? resolve(read.ATTENDING_EXPORTS) : null,
    logLevel: read.ATTENDING_LOG,
    maxUploadBytes: read.ATTENDING_MAX_UPLOAD_MB * 1_000_000,
    sealingKeys: resolve(read.ATTENDING_SEALING_KEYS ?? `${read.ATTENDING_DATA}/sealing.keys`),
    databaseUrl: read.DATABASE_URL ?? null,
    oidc: issuer && clientId && clientSecret ? { issuer, clientId, clientSecret, rolesClaim: read.OIDC_ROLES_CLAIM } : null,
    chromiumPath: read.CHROMIUM_PATH ?? null,
  };
}

/** Where each setting comes from, for `attending doctor`; secrets are not shown. */
export function settingsInForce(env: Record<string, string | undefined> = process.env): { name: string; says: string; value: string; from: 'environment' | 'default' }[] {
  return settingNames.map((name) => {
    const given = env[name] !== undefined && env[name] !== '';
    const fallback = settings[name].safeParse(undefined);
    const value = given ? env[name]! : fallback.success && fallback.data !== undefined ? String(fallback.data) : '';
    return { name, says: settingSays(name), value: shown(name, value), from: given ? 'environment' : 'default' };
  });
}

const shown = (name: string, value: string): string =>
  name.endsWith('_SECRET') && value ? '(set)' : value.replace(/^([a-z+]+:\/\/[^:/@]+):[^@]+@/i, '$1:…@').replace(/([?&]password=)[^&]+/gi, '$1…');

/** The folders of the PATH, where programs are looked for. */
export const folderList = (): string[] => (process.env['PATH'] ?? '').split(process.platform === 'win32' ? ';' : ':').filter(Boolean);

/** The npm-shipped Chromium unpacks its libraries only where it believes to run in this environment; set before import. */
export const allowBundledChromium = (): void => void (process.env['AWS_LAMBDA_JS_RUNTIME'] ??= 'nodejs20.x');
