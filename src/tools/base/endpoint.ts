// What can be asked of the server, by whom, with which words in and out?
import { z } from 'zod';

/** Who a person or a machine may be. One list; every endpoint names some of these. */
export const roles = {
  administrator: 'Runs the installation: people, keys, settings.',
  governance: 'AI governance office or CMIO: portfolio, gates, committee.',
  'clinical-owner': 'The named accountable clinician of a deployment.',
  manager: 'Leads a department: training, coaching, concerns.',
  clinician: 'Works with the AI at the bedside.',
  'data-engineer': 'Brings and audits the data.',
  finance: 'CFO or administrator: cost, value, renewal.',
  'safety-officer': 'Privacy and safety: incidents, hazards, the ledger.',
  vendor: 'The maker of an AI product; sees its own deployments only.',
  auditor: 'Reads everything, changes nothing.',
} as const;
export type Role = keyof typeof roles;
export const roleNames = Object.keys(roles) as Role[];
export const role = z.enum(roleNames as [Role, ...Role[]]);

/** Everybody who is signed in. */
export const everyone: Role[] = roleNames;
/** Everybody of the hospital, which leaves the vendor out. */
export const staff: Role[] = roleNames.filter((name) => name !== 'vendor');

type Shape = z.ZodType;
export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Endpoint<
  Params extends Shape = Shape,
  Query extends Shape = Shape,
  Body extends Shape = Shape,
  Output extends Shape = Shape,
> {
  /** A name no other endpoint has, `room.verb`: the operationId. */
  name: string;
  method: Method;
  /** With `:params`, e.g. `/api/v1/deployments/:deployment`. */
  path: string;
  /** One sentence for the API's documentation. */
  says: string;
  /** The roles that may call it; `public` needs no sign-in. */
  who: readonly Role[] | 'public';
  params: Params;
  query: Query;
  body: Body;
  output: Output;
  /** 200 unless told. */
  status: number;
  /** `json` unless told. `stream`: the handler answers with a Response of its own (a download, events). */
  answers: 'json' | 'stream';
  /** `upload`: the raw request body is handed to the handler as a stream, `body` is not read. */
  takes: 'json' | 'upload';
}

const nothing = z.strictObject({});

/** Declares an endpoint. Routes, OpenAPI, the browser's calls and the documentation all follow from it. */
export function endpoint<
  Output extends Shape,
  Params extends Shape = typeof nothing,
  Query extends Shape = typeof nothing,
  Body extends Shape = typeof nothing,
>(declared: {
  name: string;
  method: Method;
  path: string;
  says: string;
  who: readonly Role[] | 'public';
  params?: Params;
  query?: Query;
  body?: Body;
  output: Output;
  status?: number;
  answers?: 'json' | 'stream';
  takes?: 'json' | 'upload';
}): Endpoint<Params, Query, Body, Output> {
  return {
    params: nothing as unknown as Params,
    query: nothing as unknown as Query,
    body: nothing as unknown as Body,
    status: 200,
    answers: 'json',
    takes: 'json',
    ...declared,
  };
}

/** A page of a list, with the cursor of the next. */
export const page = <Item extends Shape>(item: Item) =>
  z.strictObject({
    items: z.array(item),
    next: z.string().nullable().describe('Hand this back as `after` for the next page; null on the last.'),
  });

/** The query of every list: where to go on, and how many at most. */
export const paging = {
  after: z.string().optional().describe('The `next` of the page before.'),
  limit: z.coerce.number().int().min(1).max(500).default(100),
};

/** An instant on the wire. */
export const instant = z.iso.datetime({ precision: 3 }).describe('ISO 8601 in UTC with milliseconds.');
/** A calendar day on the wire. */
export const day = z.iso.date().describe('A calendar day, YYYY-MM-DD.');

/** What a caller hands over: params, query and body, each only where the endpoint has them. */
export type Asked<E extends Endpoint> = ({} extends z.input<E['params']> ? { params?: z.input<E['params']> } : { params: z.input<E['params']> }) &
  ({} extends z.input<E['query']> ? { query?: z.input<E['query']> } : { query: z.input<E['query']> }) &
  ({} extends z.input<E['body']> ? { body?: z.input<E['body']> } : { body: z.input<E['body']> });
export type Answered<E extends Endpoint> = z.output<E['output']>;
