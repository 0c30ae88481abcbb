// How are AI products and their versions kept?
import { newId } from '../../tools/base/id.ts';
import { Problem } from '../../tools/base/problem.ts';
import type { Caller, House } from '../../tools/server/capability.ts';
import { cursorOf, pageOf, readCursor } from './cursor.ts';
import { kinds } from './entry-kinds.ts';
import type { Product, ProductVersion } from './products.ts';
import * as records from './records.ts';
import { visibleTo } from './visible.ts';

type NewVersion = Pick<ProductVersion, 'version' | 'releasedOn' | 'notes'>;

/** A vendor sees its own products only. */
export async function products(house: House, caller: Caller, { after, limit }: { after?: string | undefined; limit: number }) {
  const rows = await records.productRows(house.db, visibleTo(caller), readCursor(after, 1), limit + 1);
  const versions = await records.versionRows(house.db, rows.map((row) => row.id));
  return pageOf(rows, limit, (row) => productOf(row, versions.filter((one) => one.product_id === row.id)), (row) => cursorOf(row.slug));
}

type Row = NonNullable<Awaited<ReturnType<typeof records.productBySlug>>>;
const productOf = (row: Row, versions: Awaited<ReturnType<typeof records.versionRows>>): Product => ({
  id: row.id, slug: row.slug, name: row.name, vendor: row.vendor, kind: row.kind as Product['kind'], class: row.class as Product['class'],
  versions: versions.map((one) => ({ id: one.id, version: one.version, releasedOn: one.released_on, notes: one.notes, createdAt: one.created_at })),
  createdAt: row.created_at,
});

export async function requireProduct(house: House, slug: string): Promise<Row> {
  const row = await records.productBySlug(house.db, slug);
  if (!row) throw new Problem('not-found', `There is no product \`${slug}\`.`, 'The products are listed at /api/v1/deployments/products.');
  return row;
}

async function shown(house: House, slug: string): Promise<Product> {
  const row = await requireProduct(house, slug);
  return productOf(row, await records.versionRows(house.db, [row.id]));
}

export async function addProduct(house: House, caller: Caller, { version, releasedOn, notes, ...product }: Omit<Product, 'id' | 'versions' | 'createdAt'> & NewVersion): Promise<Product> {
  const at = house.clock.now();
  const id = newId('prd', at);
  await inWords(`The short name \`${product.slug}\` is taken.`, () =>
    house.db.transaction().execute(async (tx) => {
      await records.insertProduct(tx, { id, ...product, created_at: at });
      await records.insertVersion(tx, { id: newId('ver', at), product_id: id, version, released_on: releasedOn, notes, created_at: at });
      await house.remember(tx, { kind: kinds.productAdded.kind, by: caller, at, about: `product/${id}`, body: { ...product, version } });
    }),
  );
  return shown(house, product.slug);
}

export async function addProductVersion(house: House, caller: Caller, slug: string, { version, releasedOn, notes }: NewVersion): Promise<Product> {
  const at = house.clock.now();
  const { id } = await requireProduct(house, slug);
  await inWords(`The product has a version \`${version}\` already.`, () =>
    house.db.transaction().execute(async (tx) => {
      await records.insertVersion(tx, { id: newId('ver', at), product_id: id, version, released_on: releasedOn, notes, created_at: at });
      await house.remember(tx, { kind: kinds.productVersionAdded.kind, by: caller, at, about: `product/${id}`, body: { version, releasedOn } });
    }),
  );
  return shown(house, slug);
}

async function inWords(says: string, work: () => Promise<unknown>) {
  try {
    await work();
  } catch (error) {
    if (records.isTaken(error)) throw new Problem('conflict', says, 'Choose another, or use the one that is there.');
    throw error;
  }
}
