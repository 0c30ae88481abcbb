// With what does a charter begin, before anybody has written a word?
import type { Deployment } from './model.ts';

/** What the deployment already knows; the promises are left blank, because nobody has made them yet. */
export function charterStart(of: Deployment): Record<string, unknown> {
  return {
    attending: 'charter/1',
    deployment: of.slug,
    title: of.title,
    problem: { statement: '' },
    owner: { clinical: { name: of.owner ?? '' } },
    product: { name: of.product.name, vendor: of.vendor, version: of.version, kind: of.product.kind, class: of.product.class },
    risk: { output: 'informs', severityIfWrong: 'serious', autonomy: 'human-decides' },
    decision: { moment: '', who: '' },
    units: of.facilities.map((place) => ({ facility: place.facility, departments: place.units.map((unit) => unit.slug) })),
    data: { elements: [] },
  };
}
