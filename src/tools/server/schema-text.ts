// What does the database look like, in one text that a diff can show?
import { sql } from 'kysely';
import type { Db } from './database.ts';

/**
 * Every schema of the house as the catalogs tell it: tables with columns and constraints, indexes, views, functions,
 * triggers. `jobs` belongs to pg-boss and is left out. The text is for reading and comparing, not for restoring.
 */
export async function schemaText(db: Db): Promise<string> {
  const schemas = await rows<{ name: string }>(db, sql`select nspname as name from pg_namespace where nspname not like 'pg\_%' and nspname not in ('information_schema', 'public', 'jobs') order by 1`);
  const parts: string[] = [];
  for (const { name } of schemas) parts.push(`create schema ${name};`, ...(await tablesOf(db, name)), ...(await restOf(db, name)));
  return `-- The database, as the migrations make it. Made by \`npm run generate\`; compared by test/schema.test.ts.\n\n${parts.join('\n\n')}\n`;
}

async function tablesOf(db: Db, schema: string): Promise<string[]> {
  const tables = await rows<{ oid: number; name: string }>(db, sql`select c.oid::int8 as oid, c.relname as name from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = ${schema} and c.relkind in ('r', 'p') order by 2`);
  const texts: string[] = [];
  for (const { oid, name } of tables) {
    const columns = await rows<{ text: string }>(db, sql`
      select a.attname || ' ' || format_type(a.atttypid, a.atttypmod)
        || case when a.attnotnull then ' not null' else '' end
        || case when a.attidentity <> '' then ' generated ' || case a.attidentity when 'a' then 'always' else 'by default' end || ' as identity' else '' end
        || case when a.attgenerated <> '' then ' generated always as (' || pg_get_expr(d.adbin, d.adrelid) || ') stored' else coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), '') end as text
      from pg_attribute a left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
      where a.attrelid = ${oid} and a.attnum > 0 and not a.attisdropped order by a.attnum`);
    // Named not-null constraints (PostgreSQL 18) are said by their columns already.
    const constraints = await rows<{ text: string }>(db, sql`select 'constraint ' || conname || ' ' || pg_get_constraintdef(oid) as text from pg_constraint where conrelid = ${oid} and contype <> 'n' order by contype, conname`);
    texts.push(`create table ${schema}.${name} (\n${[...columns, ...constraints].map((one) => `  ${one.text}`).join(',\n')}\n);`);
    const indexes = await rows<{ text: string }>(db, sql`
      select pg_get_indexdef(i.indexrelid) || ';' as text from pg_index i join pg_class c on c.oid = i.indexrelid
      where i.indrelid = ${oid} and not exists (select 1 from pg_constraint k where k.conindid = i.indexrelid and k.contype in ('p', 'u', 'x')) order by c.relname`);
    const triggers = await rows<{ text: string }>(db, sql`select pg_get_triggerdef(oid) || ';' as text from pg_trigger where tgrelid = ${oid} and not tgisinternal order by tgname`);
    if (indexes.length + triggers.length > 0) texts.push([...indexes, ...triggers].map((one) => one.text).join('\n'));
  }
  return texts;
}

async function restOf(db: Db, schema: string): Promise<string[]> {
  const types = await rows<{ text: string }>(db, sql`
    select 'create type ' || n.nspname || '.' || t.typname || ' as enum (' || string_agg(quote_literal(e.enumlabel), ', ' order by e.enumsortorder) || ');' as text
    from pg_type t join pg_enum e on e.enumtypid = t.oid join pg_namespace n on n.oid = t.typnamespace where n.nspname = ${schema} group by n.nspname, t.typname order by 1`);
  const views = await rows<{ text: string }>(db, sql`
    select 'create ' || case c.relkind when 'm' then 'materialized ' else '' end || 'view ' || n.nspname || '.' || c.relname || ' as' || chr(10) || pg_get_viewdef(c.oid) as text
    from pg_class c join pg_namespace n on n.oid = c.relnamespace where n.nspname = ${schema} and c.relkind in ('v', 'm') order by c.relname`);
  const functions = await rows<{ text: string }>(db, sql`
    select trim(trailing chr(10) from pg_get_functiondef(p.oid)) || ';' as text from pg_proc p join pg_namespace n on n.oid = p.pronamespace where n.nspname = ${schema} and p.prokind in ('f', 'p') order by p.proname, p.oid`);
  const sequences = await rows<{ text: string }>(db, sql`
    select 'create sequence ' || n.nspname || '.' || c.relname || ';' as text from pg_class c join pg_namespace n on n.oid = c.relnamespace
    where n.nspname = ${schema} and c.relkind = 'S' and not exists (select 1 from pg_depend d where d.objid = c.oid and d.deptype in ('a', 'i')) order by c.relname`);
  return [...types, ...sequences, ...views, ...functions].map((one) => one.text);
}

const rows = async <Row>(db: Db, query: ReturnType<typeof sql>): Promise<Row[]> => (await query.execute(db)).rows as Row[];
