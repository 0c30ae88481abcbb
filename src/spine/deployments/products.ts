// Which AI products are there, in which versions, from whom?
import { z } from 'zod';
import { day, endpoint, everyone, instant, page, paging, type Role } from '../../tools/base/endpoint.ts';
import { idOf, slug } from '../../tools/base/id.ts';
import { line, prose } from './plain-text.ts';

const keepsProducts: Role[] = ['administrator', 'governance'];

export const productKind = z.enum(['alert', 'scribe', 'prior-authorization', 'imaging', 'risk-score', 'chat', 'other']);
export const productClass = z.enum(['clinical', 'administrative']);

export const productVersion = z.strictObject({
  id: idOf('ver'),
  version: line(100).min(1),
  releasedOn: day.nullable(),
  notes: prose(4_000).nullable(),
  createdAt: instant,
});
export type ProductVersion = z.infer<typeof productVersion>;

export const product = z.strictObject({
  id: idOf('prd'),
  slug,
  name: line(200).min(1),
  vendor: line(200).min(1).describe('A vendor account with the same vendor sees the deployments of this product.'),
  kind: productKind,
  class: productClass.describe('What counts first: clinical outcome, or administrative work.'),
  versions: z.array(productVersion).describe('Newest first.'),
  createdAt: instant,
});
export type Product = z.infer<typeof product>;

const newVersion = productVersion.pick({ version: true }).extend({
  releasedOn: day.nullable().default(null),
  notes: prose(4_000).nullable().default(null),
});

export const listProducts = endpoint({
  name: 'deployments.products', method: 'GET', path: '/api/v1/deployments/products',
  says: 'Lists AI products with their versions.', who: everyone, query: z.strictObject(paging), output: page(product),
});
export const addProduct = endpoint({
  name: 'deployments.add-product', method: 'POST', path: '/api/v1/deployments/products',
  says: 'Adds an AI product with its first version.', who: keepsProducts,
  body: product.pick({ slug: true, name: true, vendor: true, kind: true, class: true }).extend(newVersion.shape), output: product, status: 201,
});
export const addProductVersion = endpoint({
  name: 'deployments.add-product-version', method: 'POST', path: '/api/v1/deployments/products/:product/versions',
  says: 'Adds a version of an AI product; deployments stay on theirs until they are changed.', who: keepsProducts,
  params: z.strictObject({ product: slug }), body: newVersion, output: product, status: 201,
});
